package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;
import java.util.Optional;

/** Where progress survives a restart. Safe for use by many threads. */
public interface ProgressStore {
    /** The newest progress saved, if any. */
    Optional<Progress> load(String slug, StreamPath path);

    /**
     * Remembers progress, not necessarily at once: what a crash loses is done again under the same idempotency keys.
     * Must not block for long. Calls for one (slug, path) come with ascending offsets within an incarnation.
     */
    void save(Progress progress);

    /** Remembers for as long as this object lives. */
    static ProgressStore inMemory() {
        return new InMemoryProgressStore();
    }
}
