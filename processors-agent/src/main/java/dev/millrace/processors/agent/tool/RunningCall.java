package dev.millrace.processors.agent.tool;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.tool.ProgressReports.Report;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of the code of a tool. */
final class RunningCall implements ToolCall {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.agent.tool");

    private final ToolOutcomes outcomes;
    private final StreamPath path;
    private final String idempotencyKey;
    private final Tool<?> tool;
    private final Timers timers;
    private final Executor executor;
    private final Instant deadline;
    private final ProgressReports reports;
    private final CompletableFuture<ToolEvent> outcome = new CompletableFuture<>();
    private final CompletableFuture<Void> bodyEnded = new CompletableFuture<>();

    // Guarded by this.
    private final List<Runnable> onCancel = new ArrayList<>();
    private boolean cancelled;
    private boolean stopped;
    private @Nullable Thread thread;
    private @Nullable CompletableFuture<?> stage;

    RunningCall(
            ToolOutcomes outcomes,
            StreamPath path,
            String idempotencyKey,
            Tool<?> tool,
            Timers timers,
            Executor executor,
            Consumer<Report> progress) {
        this.outcomes = outcomes;
        this.path = path;
        this.idempotencyKey = idempotencyKey;
        this.tool = tool;
        this.timers = timers;
        this.executor = executor;
        this.deadline = timers.now().plus(limit());
        this.reports = new ProgressReports(timers, executor, progress);
    }

    private Duration limit() {
        return tool.offer().timeoutOrDefault();
    }

    /** Starts the code. The stage completes, always normally, with the outcome. */
    CompletionStage<ToolEvent> begin(Tool.ToolRun body) {
        Timers.Timer timer = timers.after(limit(), () -> executor.execute(this::timeOut));
        var unused = outcome.whenComplete((event, never) -> {
            timer.cancel();
            reports.close();
        });
        executor.execute(() -> run(body));
        return outcome;
    }

    /** Completes when the code does not run any more; after the time limit a stage that it returned does not count. */
    CompletableFuture<Void> bodyEnded() {
        return bodyEnded;
    }

    private void run(Tool.ToolRun body) {
        synchronized (this) {
            if (!stopped) {
                thread = Thread.currentThread();
            }
        }
        if (thread() == null) {
            end(null, new CancellationException("it was stopped before it began"));
            return;
        }
        Object result = null;
        Throwable failure = null;
        try {
            result = body.run(this);
        } catch (Throwable thrown) { // also an Error, such as a missing class, ends only this call
            failure = thrown;
        } finally {
            synchronized (this) {
                thread = null;
                // An interrupt that came too late must not hit what the thread does next.
                boolean unused = Thread.interrupted();
            }
        }
        if (failure == null && result instanceof CompletionStage<?> later) {
            await(later.toCompletableFuture());
        } else {
            end(result, failure);
        }
    }

    private synchronized @Nullable Thread thread() {
        return thread;
    }

    private void await(CompletableFuture<?> later) {
        boolean isLate;
        synchronized (this) {
            stage = later;
            isLate = stopped;
        }
        if (isLate) {
            later.cancel(true);
        }
        var unused = later.whenComplete((result, failure) -> end(
                result,
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure));
    }

    private void end(@Nullable Object result, @Nullable Throwable failure) {
        bodyEnded.complete(null);
        if (!outcome.isDone()) {
            outcome.complete(failure == null ? outcomes.completed(result) : failed(failure));
        }
    }

    private ToolEvent failed(Throwable failure) {
        return failure instanceof OutcomeUnknownException && tool.offer().effectOrOnce() == SideEffect.ONCE
                ? outcomes.unknown(String.valueOf(failure.getMessage()))
                : outcomes.failed(failure);
    }

    private void timeOut() {
        if (outcome.complete(outcomes.timedOut(tool.offer().effectOrOnce(), limit()))) {
            stop();
        }
    }

    /** Tells the code to stop: runs its actions and interrupts its thread. */
    void stop() {
        cancel();
        CompletableFuture<?> pending;
        synchronized (this) {
            stopped = true;
            pending = stage;
            if (thread != null) {
                thread.interrupt();
            }
        }
        if (pending != null) {
            pending.cancel(true);
            bodyEnded.complete(null);
        }
    }

    /** Tells the code that its work is not needed any more: runs its actions. */
    void cancel() {
        List<Runnable> actions;
        synchronized (this) {
            cancelled = true;
            actions = List.copyOf(onCancel);
            onCancel.clear();
        }
        actions.forEach(this::runAction);
    }

    private void runAction(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error thrown) {
            LOG.log(
                    Level.WARNING,
                    "an onCancel action of " + tool + " threw, in call " + callId() + " on " + path,
                    thrown);
        }
    }

    @Override
    public String callId() {
        return outcomes.call().callId();
    }

    @Override
    public StreamPath path() {
        return path;
    }

    @Override
    public String idempotencyKey() {
        return idempotencyKey;
    }

    @Override
    public Instant deadline() {
        return deadline;
    }

    @Override
    public void progress(String message) {
        reports.add(new Report(Optional.empty(), message));
    }

    @Override
    public void progress(double fraction, String message) {
        if (Double.isNaN(fraction)) {
            throw new IllegalArgumentException("the fraction must be a number from 0 to 1, got NaN");
        }
        BigDecimal rounded = BigDecimal.valueOf(Math.max(0, Math.min(1, fraction)))
                .setScale(3, RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
        reports.add(new Report(Optional.of(rounded.signum() == 0 ? BigDecimal.ZERO : rounded), message));
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                onCancel.add(action);
                return;
            }
        }
        runAction(action);
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }
}
