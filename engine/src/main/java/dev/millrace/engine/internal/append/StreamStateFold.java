package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A reader of the facts about a stream (children, metadata, creation time) from its own events, up to a given head. */
final class StreamStateFold {
    private static final Set<String> CHILD_CREATED = BuiltInType.CHILD_STREAM_CREATED.spellings();
    private static final Set<String> METADATA_UPDATED = BuiltInType.METADATA_UPDATED.spellings();

    private final StreamKey stream;
    private final StreamHead head;
    private final PagedLogReader scan;

    StreamStateFold(StoreReader store, StreamKey stream, StreamHead head) {
        this.stream = stream;
        this.head = head;
        this.scan = new PagedLogReader(store, stream, head);
    }

    StreamState state(Map<String, JsonNode> slices) {
        Set<StreamPath> children = new LinkedHashSet<>();
        announced().keySet().forEach(path -> children.add(stream.path().childTowards(path)));
        return StreamState.builder()
                .projectSlug(stream.project())
                .path(stream.path())
                .eventCount(head.lastOffset())
                .addAllChildPaths(children)
                .metadata(metadata())
                .processors(slices)
                .build();
    }

    /**
     * The streams below that were announced here, in the order of their first announcement, with the time of the last.
     */
    Map<StreamPath, Instant> announced() {
        Map<StreamPath, Instant> announced = new LinkedHashMap<>();
        scan.forEach(
                new RecordRange(0, Long.MAX_VALUE, CHILD_CREATED, Integer.MAX_VALUE, false),
                record -> childPath(record)
                        .filter(path -> path.isBelow(stream.path()))
                        .ifPresent(path -> announced.put(path, record.createdAt())));
        return announced;
    }

    Instant createdAt() {
        List<Instant> first = new ArrayList<>();
        scan.forEach(RecordRange.after(0, 1), record -> first.add(record.createdAt()));
        return first.isEmpty() ? head.lastCreatedAt() : first.get(0);
    }

    private JsonNode metadata() {
        List<JsonNode> newest = new ArrayList<>();
        scan.forEach(
                new RecordRange(0, Long.MAX_VALUE, METADATA_UPDATED, 1, true),
                record -> newest.add(payload(record).path("metadata")));
        newest.removeIf(JsonNode::isMissingNode); // the event cannot be decoded
        return newest.isEmpty() ? JsonNodeFactory.instance.objectNode() : newest.get(0);
    }

    /** Callers can append such an event too; one without a valid path is ignored. */
    private static Optional<StreamPath> childPath(EventRecord record) {
        try {
            return Optional.of(StreamPath.of(payload(record).path("childPath").asText()));
        } catch (IllegalArgumentException notAPath) {
            return Optional.empty();
        }
    }

    private static JsonNode payload(EventRecord record) {
        return JsonCodec.readEvent(record.json()).payloadJson();
    }
}
