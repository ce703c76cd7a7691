package dev.millrace.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock that allows one open store in a directory. The operating system releases it when the process ends. The lock
 * file stays; it contains the id of the process, for the message to the next one. If the file is removed, the
 * lock of the database itself still keeps a second process out; see {@link ConnectionSetup}.
 */
final class DirectoryLock implements AutoCloseable {
    private static final String FILE = "millrace.lock";

    /** The locked byte is far behind the content, so that other processes can read the content. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    /**
     * The directories that this process has locked. On POSIX a process loses its lock when it closes any channel to the
     * file, so the file must not be opened a second time.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Locks a directory, given by its real path. Throws {@link IllegalStateException} if another store has it. */
    static DirectoryLock take(Path directory) {
        if (!HELD.add(directory)) {
            throw refused(directory, "this process has it open already; use that store");
        }
        FileChannel channel = null;
        try {
            Path file = directory.resolve(FILE);
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    OwnerOnlyFiles.attributes(directory));
            FileLock held = channel.tryLock(LOCKED_BYTE, 1, false);
            if (held == null) {
                throw refused(
                        directory, "process " + Files.readString(file).strip() + " has it open; stop that process");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DirectoryLock(directory, channel);
        } catch (IOException e) {
            abandon(directory, channel);
            throw new UncheckedIOException(
                    "cannot open the event store: " + directory + "; " + FILE + " cannot be locked (" + e.getMessage()
                            + "); check permissions, and that the file system supports locks",
                    e);
        } catch (RuntimeException e) {
            abandon(directory, channel);
            throw e;
        }
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        abandon(directory, channel);
    }

    private static void abandon(Path directory, @Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            System.getLogger(DirectoryLock.class.getPackageName())
                    .log(System.Logger.Level.WARNING, "cannot close " + directory.resolve(FILE), e);
        } finally {
            HELD.remove(directory);
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    static IllegalStateException refused(Path directory, String why) {
        return new IllegalStateException(
                "cannot open the event store: " + directory + "; " + why + ", or use another directory");
    }
}
