package dev.millrace.core.runner;

import java.util.Optional;

/**
 * Where a runner stands.
 *
 * @param phase what it is doing
 * @param watermark the offset up to which the current catch-up goes
 * @param reducedThrough the newest offset that is in the state
 * @param acknowledgedThrough every effect of events up to this offset is done, or was not to be done
 * @param waiting how many attempts wait for their time to begin
 * @param failure why it halted or stopped by itself
 */
public record RunnerStatus(
        Phase phase,
        long watermark,
        long reducedThrough,
        long acknowledgedThrough,
        int waiting,
        Optional<String> failure) {
    /** What a runner is doing. */
    public enum Phase {
        /** Folding without effects, because another process holds the lease. */
        STANDBY,
        /** Folding what was in the log before it connected. */
        CATCHING_UP,
        /** Folding and acting on events as they come. */
        LIVE,
        /** The connection is lost; another one is being made. */
        RECONNECTING,
        /** The reducer threw; nothing more is folded on this stream. */
        HALTED,
        /** Stopped. */
        STOPPED
    }
}
