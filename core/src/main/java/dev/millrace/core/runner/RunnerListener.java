package dev.millrace.core.runner;

import dev.millrace.core.Event;
import java.time.Duration;

/**
 * Hears what a runner does, for logs, metrics and traces. Everything that matters to the agent itself is in the log
 * already; this is for whoever operates it.
 *
 * <p>The calls of one run come one at a time, in the order in which things happened, on whatever thread they happened.
 * They are part of the run's own work: a listener that is slow makes the run slow, so it must not block, and it must not
 * wait for the runner. What it throws is logged and changes nothing. One listener may serve many runners, and is then
 * called for them at the same time.
 */
public interface RunnerListener {
    /** A connection was made, and so many offsets of the log are not in the state yet; {@link #caughtUp} will follow. */
    default void fellBehind(RunnerIdentity runner, long events) {}

    /** Everything up to the watermark of the connection is in the state. Once for each connection. */
    default void caughtUp(RunnerIdentity runner, long watermark) {}

    /** An event is in the state now. */
    default void reduced(RunnerIdentity runner, Event event, Duration took) {}

    /** Something that may have effects is about to be called. Exactly one of the next two follows for each. */
    default void effectStarted(RunnerIdentity runner, EffectCall call) {}

    /** It has ended, and its stage as well. */
    default void effectFinished(RunnerIdentity runner, EffectCall call, Duration took) {}

    /**
     * It threw, its stage failed, or it is an attempt that was cancelled, which is a {@link
     * java.util.concurrent.CancellationException}. Whether it is tried again, the next call shows.
     */
    default void effectFailed(RunnerIdentity runner, EffectCall call, Duration took, Throwable failure) {}

    /** The connection was lost, and another one is being made. */
    default void reconnecting(RunnerIdentity runner, Throwable cause) {}

    /** The reducer threw at this event, and nothing more happens on this stream. */
    default void halted(RunnerIdentity runner, Event event, Throwable failure) {}

    /** The run is over, whoever ended it. The last call, except for what was still under way. */
    default void stopped(RunnerIdentity runner, RunnerStatus last) {}
}
