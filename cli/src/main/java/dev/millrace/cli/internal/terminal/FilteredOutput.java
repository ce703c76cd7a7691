package dev.millrace.cli.internal.terminal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * An output in UTF-8 that lets no control characters through, except for line breaks and tabs; the others become
 * U+FFFD. All that a command prints passes through it, because texts come from events, servers and arguments. Code
 * that prints JSON or YAML escapes them first, see {@link TerminalText#escaped}.
 */
final class FilteredOutput extends OutputStream {
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private final OutputStream target;
    private final boolean colors;

    /** The bytes of a character, a line break or a color that is not complete yet. */
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    private FilteredOutput(OutputStream target, boolean colors) {
        this.target = target;
        this.colors = colors;
    }

    static PrintStream of(PrintStream target) {
        return new Filtered(target);
    }

    /** An output to the same target that also lets colors through. */
    static OutputStream withColors(PrintStream filtered) {
        return new FilteredOutput(unfiltered(filtered), true);
    }

    /** The output that a filtered one writes to. */
    static PrintStream unfiltered(PrintStream filtered) {
        return filtered instanceof Filtered known ? known.target : filtered;
    }

    private static final class Filtered extends PrintStream {
        private final PrintStream target;

        Filtered(PrintStream target) {
            super(new FilteredOutput(target, false), true, StandardCharsets.UTF_8);
            this.target = target;
        }
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        ByteArrayOutputStream clean = new ByteArrayOutputStream(length + 16);
        for (int i = from; i < from + length; i++) {
            take(bytes[i], clean);
        }
        clean.writeTo(target);
    }

    private void take(byte next, ByteArrayOutputStream clean) {
        if (begun.size() > 0 && !continues(next)) {
            byte[] cut = begun.toByteArray();
            begun.reset();
            clean.writeBytes(REPLACEMENT);
            for (int i = 1; i < cut.length && cut[0] == '\u001b'; i++) {
                take(cut[i], clean); // what only looked like a color
            }
        }
        if (begun.size() == 0 && next >= ' ' && next < 0x7f) {
            clean.write(next);
            return;
        }
        begun.write(next);
        byte[] all = begun.toByteArray();
        if (isComplete(all)) {
            begun.reset();
            clean.writeBytes(isAllowed(new String(all, StandardCharsets.UTF_8)) ? all : REPLACEMENT);
        }
    }

    /** Whether a byte belongs to what has begun. */
    private boolean continues(byte next) {
        byte[] all = begun.toByteArray();
        return switch (all[0]) {
            case '\r' -> next == '\n';
            case '\u001b' ->
                all.length == 1 ? next == '[' : all.length < 16 && (next == 'm' || next == ';' || isDigit(next));
            default -> (next & 0xC0) == 0x80;
        };
    }

    private boolean isComplete(byte[] all) {
        int first = all[0] & 0xff;
        return switch (first) {
            case '\r' -> all.length == 2;
            case '\u001b' -> !colors || all[all.length - 1] == 'm';
            default -> all.length == (first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1);
        };
    }

    /** The decoder makes U+FFFD of what is not UTF-8. */
    private static boolean isAllowed(String complete) {
        boolean isBreak = complete.equals("\n") || complete.equals("\t") || complete.equals("\r\n");
        boolean isColor = complete.startsWith("\u001b[");
        int point = complete.codePointAt(0);
        return isBreak || isColor || (point != '\uFFFD' && !TerminalText.isUnsafe(point));
    }

    private static boolean isDigit(byte next) {
        return next >= '0' && next <= '9';
    }

    @Override
    public synchronized void flush() throws IOException {
        target.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        target.close();
    }
}
