package dev.millrace.cli.internal.chat;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
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

    /**
     * {@code onLine} and {@code onEnd} are called on the thread that reads; an input that cannot be read has ended. If it
     * is no text, the terminal says so.
     */
    public static void read(Terminal terminal, Consumer<String> onLine, Runnable onEnd) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines = InputText.lines(terminal.in())) {
                        lines.lines().forEach(onLine);
                    } catch (CommandException notText) {
                        terminal.note(String.valueOf(notText.getMessage()));
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
