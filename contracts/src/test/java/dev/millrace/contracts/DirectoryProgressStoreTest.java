package dev.millrace.contracts;

import dev.millrace.core.runner.ProgressStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("jdk")
class DirectoryProgressStoreTest extends ProgressStoreContract {
    @TempDir
    Path disk;

    private int machines;

    private Path directory() {
        return disk.resolve("machine " + machines);
    }

    @Override
    protected ProgressStore open() {
        return ProgressStore.inDirectory(directory());
    }

    @Override
    protected ProgressStore reopen(ProgressStore store) {
        close(store);
        return open();
    }

    /** Opens a store on a copy of the files at this moment. */
    @Override
    protected ProgressStore crash(ProgressStore store) {
        Path old = directory();
        machines++;
        try {
            Files.createDirectories(directory());
            for (Path file : files(old)) {
                try {
                    Files.copy(file, directory().resolve(file.getFileName()));
                } catch (NoSuchFileException renamed) {
                    // renamed while it was copied: a crash may leave it or not
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close(store);
        return open();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("progress-"))
                    .toList();
        }
    }

    @Override
    protected void close(ProgressStore store) {
        ((ProgressStore.Durable) store).close();
    }
}
