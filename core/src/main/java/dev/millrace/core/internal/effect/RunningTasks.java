package dev.millrace.core.internal.effect;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.ReadRange;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.append.CausalAppender;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.TimeLimit;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The running background tasks of one (processor, stream), at most one for each name. Safe for use by many threads. */
public final class RunningTasks<S> {
    interface Surroundings<S> {
        Executor executor();

        Timers timers();

        CausalAppender appenderFor(CausingOffset causingOffset, BooleanSupplier cancelled);

        S current();

        Optional<Fence> lease();

        CompletableFuture<List<Event>> read(ReadRange range, BooleanSupplier cancelled);

        void failed(BackgroundTask<S> attempt, Throwable failure);

        void changed();
    }

    /** When a background task starts: at once, or when a timer fires. */
    @FunctionalInterface
    interface Start {
        Start NOW = (timers, begin) -> {
            throw new IllegalStateException("a background task that starts at once needs no timer");
        };

        static Start after(Duration delay) {
            return delay.isZero() || delay.isNegative() ? NOW : (timers, begin) -> timers.after(delay, begin);
        }

        static Start at(Instant due) {
            return (timers, begin) -> timers.at(due, begin);
        }

        Timers.Timer arm(Timers timers, Runnable begin);
    }

    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final Surroundings<S> surroundings;
    private final Map<String, Running> running = new HashMap<>();
    private boolean stopped;

    RunningTasks(Surroundings<S> surroundings) {
        this.surroundings = surroundings;
    }

    BackgroundTask<S> launch(
            String name, CausingOffset causingOffset, Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        return launch(name, causingOffset, TimeLimit.OPEN, Start.NOW, work, Map.of(), () -> false);
    }

    /**
     * Launches a background task. If {@code over} is true, the call belongs to an earlier incarnation and gets a
     * cancelled task.
     *
     * @param seen the tasks that were running when the caller took the state from which it decides; one that has ended
     *     since then counts as running, because that state does not show what it did
     */
    BackgroundTask<S> launch(
            String name,
            CausingOffset causingOffset,
            TimeLimit term,
            Start start,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work,
            Map<String, Running> seen,
            BooleanSupplier over) {
        boolean atOnce = start == Start.NOW;
        Running next = new Running(name, causingOffset, term, !atOnce);
        Running superseded;
        synchronized (this) {
            if (over.getAsBoolean()) {
                return next.cancelBeforeStart();
            }
            superseded = running.getOrDefault(name, seen.get(name));
            if (superseded != null
                    && superseded.causingOffset.offset() >= causingOffset.offset()
                    && !superseded.isCancelled()) {
                return superseded;
            }
            if (stopped) {
                return next.cancelBeforeStart();
            }
            running.put(name, next);
        }
        if (superseded != null) {
            superseded.cancel();
        }
        if (atOnce) {
            surroundings.executor().execute(() -> next.start(work));
        } else {
            next.startLater(start, work);
        }
        return next;
    }

    synchronized Optional<BackgroundTask<S>> find(String name) {
        return Optional.ofNullable(running.get(name))
                .filter(attempt -> !attempt.isCancelled())
                .map(found -> found);
    }

    /** The tasks that are running now, or wait for their start. */
    synchronized Map<String, Running> all() {
        return Map.copyOf(running);
    }

    /** True if no background task is running; tasks that wait for their start time do not count. */
    public synchronized boolean isIdle() {
        return running.values().stream().allMatch(attempt -> attempt.isCancelled() || attempt.waits);
    }

    public synchronized int waiting() {
        return (int) running.values().stream()
                .filter(attempt -> attempt.waits && !attempt.isCancelled())
                .count();
    }

    public synchronized List<String> names() {
        return List.copyOf(running.keySet());
    }

    void cancelAll() {
        List<Running> all;
        synchronized (this) {
            all = List.copyOf(running.values());
        }
        all.forEach(Running::cancel);
    }

    public void stop() {
        synchronized (this) {
            stopped = true;
        }
        cancelAll();
    }

    final class Running implements BackgroundTask<S> {
        private final String name;
        private final CausingOffset causingOffset;
        private final TimeLimit term;
        private final CausalAppender causalAppender;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final List<Runnable> onCancel = new ArrayList<>();
        private volatile boolean cancelled;
        private volatile boolean waits;

        Running(String name, CausingOffset causingOffset, TimeLimit term, boolean waits) {
            this.name = name;
            this.causingOffset = causingOffset;
            this.term = term;
            this.waits = waits;
            this.causalAppender = surroundings.appenderFor(causingOffset, this::isCancelled);
        }

        private Running cancelBeforeStart() {
            cancelled = true;
            done.complete(null);
            return this;
        }

        /** Starts later. If the task is cancelled before, it ends at once. */
        private void startLater(Start start, Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
            Runnable begin = () -> RunnerOptions.executeUnlessShutDown(surroundings.executor(), () -> {
                if (stopWaiting()) {
                    surroundings.changed(); // a runner that was idle is busy now
                    start(work);
                }
            });
            Timers.Timer timer = start.arm(surroundings.timers(), begin);
            onCancel(() -> {
                if (stopWaiting()) {
                    timer.cancel();
                    end(Optional.empty());
                }
            });
        }

        /** Ends the wait; true for the first caller. */
        private boolean stopWaiting() {
            synchronized (RunningTasks.this) {
                boolean waited = waits;
                waits = false;
                return waited;
            }
        }

        private void start(Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
            CompletableFuture<?> stage;
            try {
                stage = cancelled || expireIfDue() ? CompletableFuture.completedFuture(null) : begin(work);
            } catch (Throwable failure) { // also an Error, such as a missing class, ends only this task
                stage = CompletableFuture.failedFuture(failure);
            }
            var unused = stage.whenComplete(
                    (value, failure) -> end(failure == null ? Optional.empty() : Optional.of(failure)));
        }

        private CompletableFuture<?> begin(Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
            armTimeLimit();
            CompletionStage<?> stage = work.apply(this);
            if (stage == null) {
                throw new NullPointerException("the work of background task '" + name
                        + "' returned null instead of a stage; return its last stage");
            }
            return stage.toCompletableFuture();
        }

        /** If the task has expired before it started, records that and returns true. */
        private boolean expireIfDue() {
            boolean expired = term.isExpired(surroundings.timers().now());
            if (expired) {
                expire("was not started, because it expired at "
                        + term.expiresAt().orElseThrow());
            }
            return expired;
        }

        private void armTimeLimit() {
            Timers timers = surroundings.timers();
            term.deadline()
                    .ifPresent(limit -> cancelTimerAtEnd(
                            timers.after(limit, expiry("was cancelled, because it took longer than " + limit))));
            term.expiresAt()
                    .ifPresent(moment -> cancelTimerAtEnd(
                            timers.at(moment, expiry("was cancelled, because it expired at " + moment))));
        }

        private Runnable expiry(String why) {
            return () -> RunnerOptions.executeUnlessShutDown(surroundings.executor(), () -> expire(why));
        }

        private void cancelTimerAtEnd(Timers.Timer timer) {
            var unused = done.whenComplete((nothing, never) -> timer.cancel());
        }

        /** Ends the task without waiting for its stage, which may never complete. */
        private void expire(String why) {
            if (tryCancel()) {
                String what = "background task '" + name + "' because of @" + causingOffset.offset() + " " + why;
                report(new TimeoutException(what));
                remove();
            }
        }

        private void end(Optional<Throwable> failure) {
            failure.map(Appender::unwrap).filter(thrown -> !cancelled).ifPresent(this::report);
            remove();
        }

        private void report(Throwable failure) {
            try {
                surroundings.failed(this, failure);
            } catch (RuntimeException lost) {
                LOG.log(Level.ERROR, "background task '" + name + "' failed, and its failure was not recorded", lost);
            }
        }

        private void remove() {
            synchronized (RunningTasks.this) {
                running.remove(name, this);
            }
            done.complete(null);
            surroundings.changed();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CausingOffset because() {
            return causingOffset;
        }

        @Override
        public CompletableFuture<AppendResult> append(EventDraft draft) {
            if (cancelled) {
                return CompletableFuture.failedFuture(new CancellationException("append of "
                        + draft.input().type() + " was refused: background task '" + name + "' was cancelled"));
            }
            return causalAppender.append(draft);
        }

        @Override
        public S current() {
            return surroundings.current();
        }

        @Override
        public Optional<Fence> lease() {
            return surroundings.lease();
        }

        @Override
        public CompletableFuture<List<Event>> read(ReadRange range) {
            return surroundings.read(range, this::isCancelled);
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void onCancel(Runnable action) {
            synchronized (onCancel) {
                if (!cancelled) {
                    onCancel.add(action);
                    return;
                }
            }
            action.run();
        }

        @Override
        public void cancel() {
            tryCancel();
        }

        /** Cancels; true if the task was still running. */
        private boolean tryCancel() {
            List<Runnable> actions;
            synchronized (onCancel) {
                if (cancelled || done.isDone()) {
                    return false;
                }
                cancelled = true;
                actions = List.copyOf(onCancel);
                onCancel.clear();
            }
            actions.forEach(this::runHook);
            return true;
        }

        /** Runs one hook. If it throws, the other hooks and the superseding task still run. */
        private void runHook(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException | Error thrown) {
                LOG.log(Level.WARNING, "an onCancel action of background task '" + name + "' threw", thrown);
            }
        }

        @Override
        public CompletableFuture<Void> done() {
            return done.copy();
        }
    }
}
