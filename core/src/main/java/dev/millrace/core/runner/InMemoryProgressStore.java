package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Progress in a map. */
final class InMemoryProgressStore implements ProgressStore {
    private record Key(String slug, StreamPath path) {}

    private final Map<Key, Progress> saved = new ConcurrentHashMap<>();

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return Optional.ofNullable(saved.get(new Key(slug, path)));
    }

    @Override
    public void save(Progress progress) {
        saved.put(new Key(progress.slug(), progress.path()), progress);
    }
}
