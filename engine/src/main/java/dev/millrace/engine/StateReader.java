package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers states and lists from the log. Creates nothing. Safe for use by many threads. */
final class StateReader {
    private static final Comparator<StreamSummary> NEWEST_FIRST =
            Comparator.comparing(StreamSummary::createdAt).reversed().thenComparing(StreamSummary::path);

    private final OpenStore store;
    private volatile StateSlices slices = StateSlices.NONE;

    StateReader(OpenStore store) {
        this.store = store;
    }

    void slices(StateSlices next) {
        slices = next;
    }

    /** The state of a stream at a head. */
    StreamState at(StreamKey stream, StreamHead head) {
        return new StateFold(store, stream, head).state(slices.at(stream, head));
    }

    /** The stream and what was announced below it, newest first; empty when it does not exist. */
    List<StreamSummary> list(StreamKey stream) {
        Optional<StreamHead> head = store.head(stream);
        if (head.isEmpty()) {
            return List.of();
        }
        StateFold fold = new StateFold(store, stream, head.get());
        Map<StreamPath, Instant> found = fold.announced();
        found.put(stream.path(), fold.createdAt());
        return found.entrySet().stream()
                .map(entry -> new StreamSummary(entry.getKey(), entry.getValue()))
                .sorted(NEWEST_FIRST)
                .toList();
    }
}
