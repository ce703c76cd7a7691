package dev.millrace.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** A temporary directory, which is deleted at the end. */
public record ScratchDirectory(Path path) implements AutoCloseable {
    public static ScratchDirectory in(Path parent, String name) throws IOException {
        Files.createDirectories(parent);
        return new ScratchDirectory(Files.createTempDirectory(parent, "millrace-" + name + "-"));
    }

    @Override
    public void close() throws IOException {
        List<Path> paths;
        try (var files = Files.walk(path)) {
            paths = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : paths) {
            Files.deleteIfExists(file);
        }
    }
}
