package dev.millrace.core.internal.snapshot;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.progress.ProgressKey;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.StateSnapshot;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A snapshot store in memory. */
public final class InMemorySnapshotStore implements SnapshotStore {
    private final Map<ProgressKey, StateSnapshot> saved = new ConcurrentHashMap<>();

    @Override
    public Optional<StateSnapshot> load(String slug, StreamPath path) {
        return Optional.ofNullable(saved.get(new ProgressKey(slug, path)));
    }

    @Override
    public void save(StateSnapshot snapshot) {
        saved.put(new ProgressKey(snapshot.slug(), snapshot.path()), snapshot);
    }
}
