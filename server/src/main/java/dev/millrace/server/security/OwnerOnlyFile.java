package dev.millrace.server.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A small file for the eyes of its owner only (mode 0600 where there are modes). It is written beside its old self, forced
 * to disk and put in its place, so that it is always the old one or the new one, whenever the power fails.
 *
 * @param path where it is
 */
record OwnerOnlyFile(Path path) {
    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    /** Where it is kept. */
    Path directory() {
        return Objects.requireNonNullElse(path.toAbsolutePath().getParent(), path);
    }

    /**
     * What it holds; empty when there is no such file.
     *
     * @throws UncheckedIOException when it cannot be read
     */
    Optional<byte[]> read() {
        try {
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage() + "; check who owns it", e);
        }
    }

    /**
     * Replaces it, and its directory is made where there is none; one thread at a time.
     *
     * @throws UncheckedIOException when it cannot be written; it is then what it was
     */
    void write(byte[] content) {
        Path directory = directory();
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.createDirectories(directory);
            Files.deleteIfExists(fresh);
            Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (FileChannel channel = FileChannel.open(fresh, options, ownerOnly(directory))) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write " + path + ": " + e + "; check the disk and who owns the directory", e);
        }
        force(directory);
    }

    /** Makes the new name as durable as the bytes; some systems have no way to do so, and need none. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a directory cannot be forced to disk here", e);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
