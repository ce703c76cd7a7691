package dev.millrace.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * The file with the {@link Mark}, beside the database. It is replaced as a whole, so after a crash it has the old
 * content or the new one.
 */
record MarkFile(Path directory) {
    static final String NAME = "millrace.mark";

    private static final System.Logger LOG = System.getLogger(MarkFile.class.getPackageName());

    /** Empty if there is none, or if it is damaged. */
    Optional<Mark> read() throws IOException {
        Path file = directory.resolve(NAME);
        try {
            Optional<Mark> mark = Mark.parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            if (mark.isEmpty()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the mark is damaged: " + file + "; so this start cannot notice if events are missing;"
                                + " the mark is written anew");
            }
            return mark;
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void write(Mark mark) throws IOException {
        Path partial = directory.resolve(NAME + ".new");
        Files.deleteIfExists(partial);
        try (FileChannel channel = FileChannel.open(
                partial,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                OwnerOnlyFiles.attributes(directory))) {
            ByteBuffer rest = ByteBuffer.wrap(mark.text().getBytes(StandardCharsets.US_ASCII));
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(
                partial, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
