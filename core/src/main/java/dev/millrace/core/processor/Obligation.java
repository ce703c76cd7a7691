package dev.millrace.core.processor;

import java.time.Instant;
import java.util.Optional;

/**
 * Something a processor has to do once: it was requested, perhaps started, and is not settled yet.
 *
 * @param id what the request calls it, unique among what is open
 * @param requestedAt the offset of the event that requested it
 * @param expiresAt the moment from which it is not worth starting any more, if there is one
 * @param starts how often it was started
 */
public record Obligation(String id, long requestedAt, Optional<Instant> expiresAt, int starts) {
    /** Whether somebody has started it, and nobody knows yet what came of it. */
    public boolean inDoubt() {
        return starts > 0;
    }

    Obligation startedOnceMore() {
        return new Obligation(id, requestedAt, expiresAt, starts + 1);
    }
}
