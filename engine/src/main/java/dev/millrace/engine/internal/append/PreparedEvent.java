package dev.millrace.engine.internal.append;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Fence;
import dev.millrace.engine.spi.StreamHead;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One input in the form in which it will be stored; what broke the rules has become an {@code invalid-event-appended}.
 *
 * @param type the type, trimmed
 * @param key the idempotency key, trimmed
 * @param expectedOffset the offset that must be the next one, if the input says so
 * @param fence the lease under which it is appended, if it says so
 * @param opening the stored JSON up to the value of its offset
 */
@SuppressWarnings("ArrayRecordComponent")
public // a carrier of bytes; nobody compares inputs
record PreparedEvent(
        String type, Optional<String> key, OptionalLong expectedOffset, Optional<Fence> fence, byte[] opening) {

    boolean is(BuiltInType builtIn) {
        return builtIn.matches(type);
    }

    /** This input as the event after a head: next offset, and a time that is never before the previous one. */
    public PendingRecord after(StreamHead head, Instant now) {
        Instant time = now.isBefore(head.lastCreatedAt()) ? head.lastCreatedAt() : now;
        Instant createdAt = time.truncatedTo(ChronoUnit.MILLIS);
        long offset = head.lastOffset() + 1;
        boolean paused = is(BuiltInType.PAUSED) || (head.paused() && !is(BuiltInType.RESUMED));
        return new PendingRecord(
                new StreamHead(head.incarnation(), offset, createdAt, paused),
                type,
                key,
                EventJsonWriter.complete(opening, offset, createdAt));
    }
}
