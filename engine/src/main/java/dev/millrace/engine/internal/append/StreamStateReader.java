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

/** Answers states and lists from the log. Creates nothing. Safe for use by many threads. */
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

    /** The state of a stream at a head. */
    public StreamState at(StreamKey stream, StreamHead head) {
        return new StreamStateFold(store, stream, head).state(slices.at(stream, head));
    }

    /** The stream and what was announced below it, newest first; empty when it does not exist. */
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
