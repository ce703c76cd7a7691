package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;

/**
 * The origin of a stream that began as a copy of another one: a fork, or an import.
 *
 * @param path the source
 * @param offset the last copied offset
 * @param project the project of the source of an import, which may be on another server; empty for a fork
 */
public record ForkOrigin(StreamPath path, long offset, Optional<ProjectSlug> project) {
    private static final int PAGE = 128;

    /** True if a stream is a copy to which only the service has appended; no processor runs there. */
    public static boolean isDormant(EventStore store, StreamKey stream) {
        return of(store, stream)
                .filter(origin -> !hasOwn(store, stream, origin.offset()))
                .isPresent();
    }

    /** Adds the origin to the payload of {@code initialized}. */
    void writeTo(ObjectNode payload) {
        ObjectNode from =
                payload.putObject("forkedFrom").put("path", path.value()).put("offset", offset);
        project.ifPresent(slug -> from.put("projectSlug", slug.value()));
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

    /** The origin of a stream; empty if it is not a copy, or does not exist. */
    public static Optional<ForkOrigin> of(EventStore store, StreamKey stream) {
        List<EventRecord> first = store.read(stream, RecordRange.after(0, 1));
        if (first.isEmpty()) {
            return Optional.empty();
        }
        JsonNode from = StoredEvents.decode(first.get(0)).payloadJson().path("forkedFrom");
        return from.isObject()
                ? Optional.of(new ForkOrigin(
                        StreamPath.of(from.path("path").asText()),
                        from.path("offset").longValue(),
                        Optional.ofNullable(from.path("projectSlug").textValue())
                                .map(ProjectSlug::of)))
                : Optional.empty();
    }
}
