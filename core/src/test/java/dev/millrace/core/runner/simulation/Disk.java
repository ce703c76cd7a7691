package dev.millrace.core.runner.simulation;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The saved progress and snapshots, shared by all processes of one processor. */
final class Disk {
    private final Map<String, Progress> kept = new HashMap<>();

    Optional<Progress> load(String slug, StreamPath path) {
        return Optional.ofNullable(kept.get(slug + path));
    }

    /** The higher progress is kept, as in a store that keeps the newest. */
    void save(Progress progress) {
        kept.merge(
                progress.slug() + progress.path(),
                progress,
                (old, next) -> old.incarnation().equals(next.incarnation())
                                && old.acknowledgedThrough() > next.acknowledgedThrough()
                        ? old
                        : next);
    }

    Collection<Progress> all() {
        return kept.values();
    }
}
