package dev.millrace.core.internal.run;

import dev.millrace.core.Event;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.runner.EffectCall;
import dev.millrace.core.runner.RunnerIdentity;
import dev.millrace.core.runner.RunnerListener;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The dispatcher to the listeners of one run: one call at a time; exceptions of listeners are logged. Safe for use by
 * many threads; do not call it with a lock held.
 */
public final class RunnerListenerDispatcher {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private static final AtomicLong CALLS = new AtomicLong();

    private final List<RunnerListener> listeners;
    private final RunnerIdentity runner;
    private final Timers timers;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private boolean over;

    RunnerListenerDispatcher(List<RunnerListener> listeners, RunnerIdentity runner, Timers timers) {
        this.listeners = listeners;
        this.runner = runner;
        this.timers = timers;
    }

    void connected(long watermark, long reducedThrough) {
        if (watermark > reducedThrough) {
            tell(listener -> listener.fellBehind(runner, watermark - reducedThrough));
        }
    }

    void caughtUp(long watermark) {
        tell(listener -> listener.caughtUp(runner, watermark));
    }

    void reconnecting(Throwable cause) {
        tell(listener -> listener.reconnecting(runner, cause));
    }

    void halted(Event event, Throwable failure) {
        tell(listener -> listener.halted(runner, event, failure));
    }

    /** Tells the listeners once; further calls do nothing. */
    void stopped(RunnerStatus last) {
        if (listeners.isEmpty()) {
            return;
        }
        oneAtATime.lock();
        try {
            if (!over) {
                over = true;
                tell(listener -> listener.stopped(runner, last));
            }
        } finally {
            oneAtATime.unlock();
        }
    }

    void reducing(Event event, Runnable fold) {
        if (listeners.isEmpty()) {
            fold.run();
            return;
        }
        Duration begun = timers.elapsed();
        fold.run();
        Duration took = since(begun);
        tell(listener -> listener.reduced(runner, event, took));
    }

    public CompletionStage<Void> calling(
            EffectCall.Kind kind, String name, long offset, int attempt, Supplier<CompletionStage<Void>> call) {
        return listeners.isEmpty() ? call.get() : watch(called(kind, name, offset, attempt), () -> true, call);
    }

    public <S> Function<BackgroundTask<S>, CompletionStage<?>> watching(
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        return attempt -> {
            if (listeners.isEmpty()) {
                return work.apply(attempt);
            }
            EffectCall call = called(
                    EffectCall.Kind.BACKGROUND_TASK,
                    attempt.name(),
                    attempt.because().offset(),
                    1);
            AtomicBoolean isOver = new AtomicBoolean();
            Duration begun = timers.elapsed();
            attempt.onCancel(() -> {
                if (!isOver.getAndSet(true)) { // its stage may never complete
                    Throwable cancelled =
                            new CancellationException("background task '" + attempt.name() + "' was cancelled");
                    tell(listener -> listener.effectFailed(runner, call, since(begun), cancelled));
                }
            });
            return watch(call, () -> !isOver.getAndSet(true), () -> work.apply(attempt));
        };
    }

    private EffectCall called(EffectCall.Kind kind, String name, long offset, int attempt) {
        return new EffectCall(CALLS.incrementAndGet(), kind, name, offset, attempt);
    }

    /** The returned stage completes after the listeners were told, so that what depends on it is told later. */
    private <T extends @Nullable Object> CompletionStage<T> watch(
            EffectCall call, BooleanSupplier isFirst, Supplier<? extends @Nullable CompletionStage<? extends T>> work) {
        Duration begun = timers.elapsed();
        tell(listener -> listener.effectStarted(runner, call));
        CompletionStage<? extends T> stage;
        try {
            stage = work.get();
            if (stage == null) {
                throw new NullPointerException(
                        call.name() + ": an effect returned null instead of a stage; return Effects.none()");
            }
        } catch (Throwable thrown) { // an Error is a failure of the effect too
            stage = CompletableFuture.failedFuture(thrown);
        }
        return stage.<T>thenApply(value -> value).whenComplete((value, thrown) -> {
            Duration took = since(begun);
            if (!isFirst.getAsBoolean()) {
                return; // the listeners were told when it was cancelled
            }
            if (thrown == null) {
                tell(listener -> listener.effectFinished(runner, call, took));
            } else {
                tell(listener -> listener.effectFailed(runner, call, took, Appender.unwrap(thrown)));
            }
        });
    }

    private Duration since(Duration begun) {
        return timers.elapsed().minus(begun);
    }

    private void tell(Consumer<RunnerListener> notice) {
        if (listeners.isEmpty()) {
            return;
        }
        oneAtATime.lock();
        try {
            listeners.forEach(listener -> tell(listener, notice));
        } finally {
            oneAtATime.unlock();
        }
    }

    private void tell(RunnerListener listener, Consumer<RunnerListener> notice) {
        try {
            notice.accept(listener);
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
            LOG.log(
                    Level.WARNING,
                    "a listener of " + runner + " threw; the runner continues: "
                            + listener.getClass().getName(),
                    thrown);
        }
    }
}
