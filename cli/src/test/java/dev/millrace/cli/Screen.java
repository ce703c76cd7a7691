package dev.millrace.cli;

import dev.millrace.cli.internal.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A terminal that records what is printed. */
public final class Screen {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal;

    private Screen(String input, boolean interactive, int columns) {
        this(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                interactive,
                interactive,
                columns,
                Map.of());
    }

    private Screen(
            InputStream input, boolean interactive, boolean keyboard, int columns, Map<String, String> environment) {
        this.terminal = new Terminal(
                input,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                interactive,
                keyboard,
                columns,
                environment);
    }

    public static Screen pipe() {
        return pipe("");
    }

    /** A pipe with these environment variables. */
    static Screen pipe(Map<String, String> environment) {
        return new Screen(InputStream.nullInputStream(), false, false, Terminal.UNLIMITED, environment);
    }

    static Screen pipe(String input) {
        return new Screen(input, false, Terminal.UNLIMITED);
    }

    public static Screen window(int columns) {
        return new Screen("", true, columns);
    }

    static Screen window(int columns, String input) {
        return new Screen(input, true, columns);
    }

    /** A terminal with a person at the keyboard. */
    public static Screen window(int columns, InputStream keyboard) {
        return new Screen(keyboard, true, true, columns, Map.of());
    }

    public Terminal terminal() {
        return terminal;
    }

    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    public int run(String... args) {
        return Millrace.run(terminal, args);
    }
}
