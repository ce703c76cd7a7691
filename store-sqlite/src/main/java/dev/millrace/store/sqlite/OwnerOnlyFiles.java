package dev.millrace.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The permissions of a data directory: 0700, and 0600 for each file of Millrace in it. On file systems without such
 * permissions nothing happens.
 */
final class OwnerOnlyFiles {
    private static final System.Logger LOG = System.getLogger(OwnerOnlyFiles.class.getPackageName());

    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private static final List<String> OWN_FILES = List.of("millrace.", "tokens.", "secrets.", "secret.");

    /** What may lie beside the files: the data of the command {@code demo}, and what a new file system has. */
    private static final Set<String> OWN_DIRECTORIES = Set.of("demo", "lost+found");

    private OwnerOnlyFiles() {}

    /** Creates a file if it does not exist. SQLite gives the permissions of its database to the files beside it. */
    static void create(Path file) throws IOException {
        if (!Files.exists(file)) {
            createNew(file);
        }
    }

    static void createNew(Path file) throws IOException {
        Files.createFile(file, attributes(file.resolveSibling("")));
    }

    /** Creates a directory, and with the usual permissions those above it, if it does not exist. */
    static void createDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = Files.createDirectories(directory.toAbsolutePath().resolveSibling(""));
            Files.createDirectory(directory, attributes(parent, DIRECTORY));
        }
    }

    /** The attributes for a new file in this directory. */
    static FileAttribute<?>[] attributes(Path directory) throws IOException {
        return attributes(directory, FILE);
    }

    private static FileAttribute<?>[] attributes(Path directory, Set<PosixFilePermission> permissions)
            throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    /**
     * Takes the permissions of others away, which files of an older version still have. A directory that has files of
     * other programs stays as it is.
     */
    static void tighten(Path directory) {
        try {
            if (!Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)) {
                return;
            }
            List<Path> entries;
            try (Stream<Path> listed = Files.list(directory)) {
                entries = listed.toList();
            }
            List<String> closed = new ArrayList<>();
            for (Path entry : entries) {
                if (isOwnFile(entry) && isOpen(entry)) {
                    Files.setPosixFilePermissions(entry, FILE);
                    closed.add(entry.getFileName().toString());
                }
            }
            if (!closed.isEmpty()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "other users had access to files in " + directory + "; now only their owner has: "
                                + String.join(", ", closed));
            }
            tighten(directory, entries);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot take the access of other users away: " + directory + "; check the owner of the directory",
                    e);
        }
    }

    private static void tighten(Path directory, List<Path> entries) throws IOException {
        if (!isOpen(directory)) {
            return;
        }
        if (!entries.stream().allMatch(OwnerOnlyFiles::isOwn)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "other users have access to the directory " + directory
                            + ", which has files of other programs too; use a directory for the events alone");
            return;
        }
        Files.setPosixFilePermissions(directory, DIRECTORY);
        LOG.log(
                System.Logger.Level.WARNING,
                "other users had access to the directory " + directory + "; now only its owner has");
    }

    private static boolean isOwn(Path entry) {
        return isOwnFile(entry)
                || (OWN_DIRECTORIES.contains(entry.getFileName().toString()) && Files.isDirectory(entry));
    }

    private static boolean isOwnFile(Path entry) {
        String name = entry.getFileName().toString();
        return OWN_FILES.stream().anyMatch(name::startsWith)
                && !Files.isSymbolicLink(entry)
                && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isOpen(Path entry) throws IOException {
        Set<PosixFilePermission> open = EnumSet.noneOf(PosixFilePermission.class);
        open.addAll(Files.getPosixFilePermissions(entry));
        open.removeAll(DIRECTORY);
        return !open.isEmpty();
    }
}
