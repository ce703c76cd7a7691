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
 * Where a command reads from and writes to. Text is UTF-8, whatever the locale.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param isInteractive whether a person watches standard output; only the launcher can tell for sure
 * @param columns how wide the window is; a large number where there is none
 * @param environment the process's variables
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean isInteractive,
        int columns,
        Map<String, String> environment) {
    /** More than any line has: nothing is clipped that nobody watches. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public static Terminal ofProcess() {
        boolean interactive = Boolean.getBoolean("millrace.terminal");
        return new Terminal(
                System.in,
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                interactive,
                interactive ? Math.max(40, Integer.getInteger("millrace.columns", 80)) : UNLIMITED,
                System.getenv());
    }

    public PrintWriter writer() {
        return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
    }

    public PrintWriter errorWriter() {
        return new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
    }

    /** Says something about the run itself, on standard error. */
    public void note(String text) {
        err.println("millrace: " + text);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
