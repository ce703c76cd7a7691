package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.snapshot.DirectorySnapshotStore;
import dev.millrace.core.internal.snapshot.InMemorySnapshotStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A store of snapshots. A snapshot can be lost at any time: then the runner only needs longer to start. Safe for use by
 * many threads.
 *
 * @since 0.1
 */
public interface SnapshotStore {
    /**
     * The last snapshot of this processor on this stream; empty if there is none, or if it cannot be used. Called once
     * when a runner starts; may block.
     */
    Optional<StateSnapshot> load(String slug, StreamPath path);

    /** Replaces the saved snapshot. Called at most once a second; may block for a write. */
    void save(StateSnapshot snapshot);

    /** A store in memory. */
    static SnapshotStore inMemory() {
        return new InMemorySnapshotStore();
    }

    /**
     * A store in a directory, which is created if it does not exist and can be the one of {@link
     * ProgressStore#inDirectory}: one file with a checksum for each processor and stream. A damaged file is logged and
     * ignored.
     *
     * @throws java.io.UncheckedIOException if the directory cannot be created
     */
    static SnapshotStore inDirectory(Path directory) {
        return new DirectorySnapshotStore(directory);
    }
}
