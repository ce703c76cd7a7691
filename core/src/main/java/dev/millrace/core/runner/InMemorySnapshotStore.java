package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Snapshots in a map. */
final class InMemorySnapshotStore implements SnapshotStore {
    private final Map<ProgressKey, FoldSnapshot> saved = new ConcurrentHashMap<>();

    @Override
    public Optional<FoldSnapshot> load(String slug, StreamPath path) {
        return Optional.ofNullable(saved.get(new ProgressKey(slug, path)));
    }

    @Override
    public void save(FoldSnapshot snapshot) {
        saved.put(new ProgressKey(snapshot.slug(), snapshot.path()), snapshot);
    }
}
