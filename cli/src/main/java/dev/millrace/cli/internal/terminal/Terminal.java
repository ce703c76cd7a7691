package dev.millrace.cli.internal.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The input and output of a command. Text is UTF-8 in each locale. {@link FilteredOutput} removes control characters
 * from all that is printed.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param isInteractive whether standard output is a terminal; the launcher script finds this out
 * @param hasKeyboard whether standard input is a terminal
 * @param columns the width of the terminal; {@link #UNLIMITED} if there is none
 * @param environment the environment variables
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean isInteractive,
        boolean hasKeyboard,
        int columns,
        Map<String, String> environment) {
    /** The width if there is no terminal: no line is shortened. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public Terminal {
        out = FilteredOutput.of(out);
        err = FilteredOutput.of(err);
    }

    /**
     * The terminal of this process; also what the JVM and its log print to standard error is filtered from now on.
     */
    public static Terminal ofProcess() {
        boolean interactive = Boolean.getBoolean("millrace.terminal");
        Terminal terminal = new Terminal(
                System.in,
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                interactive,
                Boolean.getBoolean("millrace.keyboard"),
                interactive ? Math.max(40, Integer.getInteger("millrace.columns", 80)) : UNLIMITED,
                System.getenv());
        System.setOut(terminal.out());
        System.setErr(terminal.err());
        return terminal;
    }

    /** Standard output without the filter, for a protocol that a program reads. */
    public PrintStream protocolOut() {
        return FilteredOutput.unfiltered(out);
    }

    public PrintWriter writer() {
        return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
    }

    /** Like {@link #writer}, with colors: for texts of this command. */
    public PrintWriter colorWriter() {
        return new PrintWriter(new OutputStreamWriter(FilteredOutput.withColors(out), StandardCharsets.UTF_8), true);
    }

    public PrintWriter errorWriter() {
        return new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
    }

    public void note(String text) {
        err.println("millrace: " + text);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
