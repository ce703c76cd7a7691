package dev.millrace.engine.internal.append;

import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.hosting.ProcessorStates;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A reader of states and lists of streams from the log. Creates no streams. Thread-safe. */
public final class StreamStateReader {
    private static final Comparator<StreamSummary> NEWEST_FIRST =
            Comparator.comparing(StreamSummary::createdAt).reversed().thenComparing(StreamSummary::path);

    private final StoreReader store;
    private volatile ProcessorStates slices = ProcessorStates.NONE;

    public StreamStateReader(StoreReader store) {
        this.store = store;
    }

    public void slices(ProcessorStates next) {
        slices = next;
    }

    /** The state at a head, with all processors that are attached now. */
    public StreamState at(StreamKey stream, StreamHead head) {
        return at(stream, head, ProcessorStates.Scope.ALL);
    }

    public StreamState at(StreamKey stream, StreamHead head, ProcessorStates.Scope scope) {
        return new StreamStateFold(store, stream, head).state(slices.at(stream, head, scope));
    }

    /** The stream and the streams that were announced below it, newest first; empty if it does not exist. */
    public List<StreamSummary> list(StreamKey stream) {
        Optional<StreamHead> head = store.head(stream);
        if (head.isEmpty()) {
            return List.of();
        }
        StreamStateFold fold = new StreamStateFold(store, stream, head.get());
        Map<StreamPath, Instant> found = fold.announced();
        found.put(stream.path(), fold.createdAt());
        return found.entrySet().stream()
                .map(entry -> new StreamSummary(entry.getKey(), entry.getValue()))
                .sorted(NEWEST_FIRST)
                .toList();
    }
}
