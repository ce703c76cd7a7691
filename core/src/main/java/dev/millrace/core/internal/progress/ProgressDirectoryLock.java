package dev.millrace.core.internal.progress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A lock of a progress directory, held by the operating system: it ends with the process; the lock file stays. */
final class ProgressDirectoryLock implements AutoCloseable {
    private static final String FILE = "progress.lock";

    /**
     * The directories that this process has locked. The lock file of such a directory must not be opened again: closing
     * any channel to it would release the process's lock.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private @Nullable FileChannel channel;

    private ProgressDirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Locks a directory.
     *
     * @param directory its real path
     * @throws IllegalStateException if another store has locked it
     */
    static ProgressDirectoryLock take(Path directory) {
        if (!HELD.add(directory)) {
            throw refused(directory, "this process has it open already; share that store");
        }
        boolean taken = false;
        try {
            FileChannel channel =
                    FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                taken = channel.tryLock() != null;
            } finally {
                if (!taken) {
                    channel.close();
                }
            }
            if (!taken) {
                throw refused(directory, "another process has it open; stop that one");
            }
            return new ProgressDirectoryLock(directory, channel);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot open the progress store: " + directory + "; " + FILE + " cannot be locked: " + e
                            + "; check permissions, and that the file system supports locks",
                    e);
        } finally {
            if (!taken) {
                HELD.remove(directory);
            }
        }
    }

    /** Unlocks the directory; a second call does nothing. */
    @Override
    public synchronized void close() {
        FileChannel held = channel;
        if (held == null) {
            return;
        }
        channel = null;
        try {
            held.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the progress store: " + directory + "; " + e, e);
        } finally {
            HELD.remove(directory);
        }
    }

    private static IllegalStateException refused(Path directory, String why) {
        return new IllegalStateException(
                "cannot open the progress store: " + directory + "; " + why + ", or use another directory");
    }
}
