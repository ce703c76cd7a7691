package dev.millrace.client.push;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A progress store in memory for the most recently used streams, up to a limit. Thread-safe. */
final class RecentProgressStore implements ProgressStore {
    private record Key(String slug, StreamPath path) {}

    private final int most;
    private final Map<Key, Progress> recent = new LinkedHashMap<>(16, 0.75f, true);

    RecentProgressStore(int most) {
        this.most = most;
    }

    @Override
    public synchronized Optional<Progress> load(String slug, StreamPath path) {
        return Optional.ofNullable(recent.get(new Key(slug, path)));
    }

    @Override
    public synchronized void save(Progress progress) {
        recent.merge(
                new Key(progress.slug(), progress.path()),
                progress,
                (old, now) -> old.incarnation().equals(now.incarnation())
                                && old.acknowledgedThrough() > now.acknowledgedThrough()
                        ? old
                        : now);
        if (recent.size() > most) {
            recent.remove(recent.keySet().iterator().next());
        }
    }
}
