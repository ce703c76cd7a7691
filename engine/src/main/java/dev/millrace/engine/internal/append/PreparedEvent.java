package dev.millrace.engine.internal.append;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Chain;
import dev.millrace.core.Fence;
import dev.millrace.engine.spi.StreamHead;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An event that is ready to be stored. An invalid input has become an {@code invalid-event-appended}.
 *
 * @param expectedOffset the offset that the event must get, if the input names one
 * @param chain the chain of reactions that led to this event
 * @param body the fields that the store keeps as bytes: see {@link dev.millrace.engine.spi.EventRecord#body}
 */
@SuppressWarnings("ArrayRecordComponent")
public // never compared
record PreparedEvent(
        String type,
        Optional<EventKey> key,
        OptionalLong expectedOffset,
        Optional<Fence> fence,
        Chain chain,
        byte[] body) {

    boolean is(BuiltInType builtIn) {
        return builtIn.matches(type);
    }

    /**
     * This input as the event after a head, with the next offset and a time that is not before the previous event's.
     */
    public PendingRecord after(StreamHead head, Instant now) {
        Instant time = now.isBefore(head.lastCreatedAt()) ? head.lastCreatedAt() : now;
        Instant createdAt = time.truncatedTo(ChronoUnit.MILLIS);
        long offset = head.lastOffset() + 1;
        boolean paused = is(BuiltInType.PAUSED) || (head.paused() && !is(BuiltInType.RESUMED));
        return new PendingRecord(
                new StreamHead(head.incarnation(), offset, createdAt, paused), type, key.map(EventKey::stored), body);
    }
}
