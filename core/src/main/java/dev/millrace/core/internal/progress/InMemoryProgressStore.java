package dev.millrace.core.internal.progress;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A progress store in memory. */
public final class InMemoryProgressStore implements ProgressStore {
    private final Map<ProgressKey, Progress> saved = new ConcurrentHashMap<>();

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return Optional.ofNullable(saved.get(new ProgressKey(slug, path)));
    }

    @Override
    public void save(Progress progress) {
        saved.merge(ProgressKey.of(progress), progress, ProgressEvents::newer);
    }
}
