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
 * A small file that only its owner may read (mode 0600, if the file system has modes). A new content is written to a
 * second file, forced to disk and moved into place, so after a crash the file has either the old or the new content.
 */
record OwnerOnlyFile(Path path) {
    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    Path directory() {
        return Objects.requireNonNullElse(path.toAbsolutePath().getParent(), path);
    }

    /** The content; empty if there is no such file. Throws an {@link UncheckedIOException} if it cannot be read. */
    Optional<byte[]> read() {
        try {
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read " + path + ": " + e.getMessage() + "; check the owner of the file", e);
        }
    }

    /**
     * Replaces the content and creates missing directories; one thread at a time. Throws an {@link
     * UncheckedIOException} if it cannot be written; the old content then stays.
     */
    void write(byte[] content) {
        Path directory = directory();
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try {
            createDirectory(directory);
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
                    "cannot write " + path + ": " + e + "; check free space and the owner of the directory", e);
        }
        force(directory);
    }

    /** Forces the directory entry to disk. Some file systems do not support this and do not need it. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "this file system cannot force a directory to disk", e);
        }
    }

    /** Creates a directory, for its owner only, if it does not exist. */
    static void createDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = Files.createDirectories(directory.toAbsolutePath().resolveSibling(""));
            Files.createDirectory(directory, ownerOnly(parent, "rwx------"));
        }
    }

    /** The attributes of a new file in this directory. */
    static FileAttribute<?>[] ownerOnly(Path directory) throws IOException {
        return ownerOnly(directory, "rw-------");
    }

    private static FileAttribute<?>[] ownerOnly(Path directory, String permissions) throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
