package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;

/** The origin of a forked stream: the source and the last copied offset. */
public record ForkOrigin(StreamPath path, long offset) {
    private static final int PAGE = 128;

    /** True if a stream is a fork to which only the service has appended; no processor runs there. */
    public static boolean isDormant(EventStore store, StreamKey stream) {
        return of(store, stream)
                .filter(origin -> !hasOwn(store, stream, origin.offset()))
                .isPresent();
    }

    private static boolean hasOwn(EventStore store, StreamKey stream, long afterOffset) {
        long after = afterOffset;
        List<EventRecord> page;
        do {
            page = store.read(stream, RecordRange.after(after, PAGE));
            for (EventRecord record : page) {
                after = record.offset();
                if (!record.idempotencyKey().orElse("").startsWith(StreamCreation.RESERVED)) {
                    return true;
                }
            }
        } while (page.size() == PAGE);
        return false;
    }

    /** The origin of a stream; empty if it is not a fork, or does not exist. */
    public static Optional<ForkOrigin> of(EventStore store, StreamKey stream) {
        List<EventRecord> first = store.read(stream, RecordRange.after(0, 1));
        if (first.isEmpty()) {
            return Optional.empty();
        }
        JsonNode from =
                StoredEvents.decode(stream.path(), first.get(0)).payloadJson().path("forkedFrom");
        return from.isObject()
                ? Optional.of(new ForkOrigin(
                        StreamPath.of(from.path("path").asText()),
                        from.path("offset").longValue()))
                : Optional.empty();
    }
}
