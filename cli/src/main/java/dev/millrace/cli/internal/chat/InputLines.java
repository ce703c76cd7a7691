package dev.millrace.cli.internal.chat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads the lines of a person on a thread of its own, which does not keep the process alive. */
public final class InputLines {
    private InputLines() {}

    /** Drops what was typed before. */
    public static void discard(InputStream in) {
        try {
            in.skipNBytes(in.available());
        } catch (IOException unreadable) {
            // the same as an end
        }
    }

    /** {@code onLine} and {@code onEnd} are called on the thread that reads; an input that cannot be read has ended. */
    public static void read(InputStream in, Consumer<String> onLine, Runnable onEnd) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                        lines.lines().forEach(onLine);
                    } catch (IOException | RuntimeException unreadable) {
                        // the same as an end
                    }
                    onEnd.run();
                },
                "millrace-input");
        reader.setDaemon(true);
        reader.start();
    }
}
