package dev.millrace.core.runner;

import java.util.Optional;

/**
 * The progress of a runner.
 *
 * @param phase what it is doing
 * @param watermark the offset up to which the current catch-up goes
 * @param reducedThrough the newest offset in the state
 * @param acknowledgedThrough every effect of events up to this offset has finished, or was not required
 * @param waiting how many background tasks wait for their start time
 * @param failure why it halted or stopped by itself
 * @since 0.1
 */
public record RunnerStatus(
        Phase phase,
        long watermark,
        long reducedThrough,
        long acknowledgedThrough,
        int waiting,
        Optional<String> failure) {
    /** The phase of a runner. */
    public enum Phase {
        /** Another process holds the lease: only reducing; a runner of a subtree reads nothing. */
        STANDBY,
        /** Reducing the events that were in the log before it connected. */
        CATCHING_UP,
        /** Reducing and acting on new events. */
        LIVE,
        /** The connection is lost; the runner connects again. */
        RECONNECTING,
        /** The reducer threw; this run reads nothing more. */
        HALTED,
        /** Stopped. */
        STOPPED
    }
}
