package dev.millrace.acceptance;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A reader of what a process prints. */
final class OutputLines {
    private OutputLines() {}

    /** Gives each line to the consumer until the process has ended. */
    static void forEach(InputStream output, Consumer<String> line) {
        try {
            new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))
                    .lines()
                    .forEach(line);
        } catch (UncheckedIOException closed) {
            // the process was killed; uncaught, this would fail whatever test waits at that moment
        }
    }
}
