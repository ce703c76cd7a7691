package dev.millrace.core.processor;

import java.time.Instant;
import java.util.Optional;

/**
 * Work that a processor must do once. It was requested, may have been started, and has no outcome yet.
 *
 * @param id the name that the request gives it, unique among the open obligations
 * @param requestedAt the offset of the event that requested it
 * @param expiresAt the time after which it is not started any more
 * @param starts how often it was started
 * @since 0.1
 */
public record Obligation(String id, long requestedAt, Optional<Instant> expiresAt, int starts) {
    /** True if it was started: its outcome is not known yet. */
    public boolean inDoubt() {
        return starts > 0;
    }

    Obligation startedOnceMore() {
        return new Obligation(id, requestedAt, expiresAt, starts + 1);
    }
}
