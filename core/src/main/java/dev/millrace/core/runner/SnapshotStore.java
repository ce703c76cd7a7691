package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.snapshot.DirectorySnapshotStore;
import dev.millrace.core.internal.snapshot.InMemorySnapshotStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where folds survive a restart, so that it need not begin at the first event. Unlike progress, a snapshot may be lost at
 * any time, and costs nothing but the time to fold again. Safe for use by many threads.
 */
public interface SnapshotStore {
    /**
     * What was saved last of this processor on this stream; empty when that is nothing, or cannot be used any more.
     * Called once when a runner starts, and may block.
     */
    Optional<StateSnapshot> load(String slug, StreamPath path);

    /** Remembers a snapshot in the place of the one before. Called once a second at most, and may block for a write. */
    void save(StateSnapshot snapshot);

    /** Remembers until the process ends. */
    static SnapshotStore inMemory() {
        return new InMemorySnapshotStore();
    }

    /**
     * Remembers in a directory, which is created if need be and may be the one of {@link ProgressStore#inDirectory}: one
     * file for each processor and stream, written beside the old one and then renamed, with a checksum. A file that is torn
     * or foreign is logged and ignored.
     *
     * @throws java.io.UncheckedIOException when the directory cannot be created
     */
    static SnapshotStore inDirectory(Path directory) {
        return new DirectorySnapshotStore(directory);
    }
}
