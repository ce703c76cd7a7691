package dev.millrace.core.runner;

import dev.millrace.core.Event;
import java.time.Duration;

/**
 * A listener to the steps of a runner, for logs, metrics and traces.
 *
 * <p>The calls of one run come one at a time, in the order of the steps, on the thread of the step. A slow listener
 * makes the run slow: it must not block, and must not wait for the runner. Exceptions of a listener are logged and
 * ignored. A listener that serves several runners is called concurrently.
 *
 * @since 0.1
 */
public interface RunnerListener {
    /** A connection was made, and this many events are not in the state yet; {@link #caughtUp} follows. */
    default void fellBehind(RunnerIdentity runner, long events) {}

    /** Everything up to the watermark of the connection is in the state. Called once for each connection. */
    default void caughtUp(RunnerIdentity runner, long watermark) {}

    /** An event was reduced. */
    default void reduced(RunnerIdentity runner, Event event, Duration took) {}

    /** An effect is about to be called. Exactly one of {@link #effectFinished} and {@link #effectFailed} follows. */
    default void effectStarted(RunnerIdentity runner, EffectCall call) {}

    /** The effect has returned, and its stage has completed. */
    default void effectFinished(RunnerIdentity runner, EffectCall call, Duration took) {}

    /**
     * The effect threw, or its stage failed, or it is a background task that was cancelled (then the failure is a
     * {@link java.util.concurrent.CancellationException}). If it is retried, {@link #effectStarted} is called again.
     */
    default void effectFailed(RunnerIdentity runner, EffectCall call, Duration took, Throwable failure) {}

    /** The connection was lost; the runner connects again. */
    default void reconnecting(RunnerIdentity runner, Throwable cause) {}

    /** The reducer threw at this event; the run has halted. */
    default void halted(RunnerIdentity runner, Event event, Throwable failure) {}

    /** The run has ended. The last call, except for effects that are still running. */
    default void stopped(RunnerIdentity runner, RunnerStatus last) {}
}
