package dev.millrace.testkit.internal.yaml;

import dev.millrace.testkit.log.MalformedLogException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * A reader that passes the characters of a log to the parser, without the byte order marks that can stand before each
 * document; no text of an event begins in the first column. It reports tabs and characters that YAML does not allow,
 * with their place. Not thread-safe.
 */
final class LogCharReader extends Reader {
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String name;
    private final Reader in;
    private int line = 1;
    private int column = 1;
    private char highSurrogate;

    LogCharReader(String name, Reader in) {
        this.name = name;
        this.in = in;
    }

    @Override
    public int read(char[] buffer, int start, int length) {
        int kept = 0;
        while (kept == 0) {
            int count = fill(buffer, start, length);
            if (count < 0 && highSurrogate != 0) {
                throw unprintable(highSurrogate);
            }
            if (count <= 0) {
                return count;
            }
            kept = keep(buffer, start, count);
        }
        return kept;
    }

    /** Checks the characters, and removes byte order marks; returns how many are left. */
    private int keep(char[] buffer, int start, int count) {
        int to = start;
        for (int i = start; i < start + count; i++) {
            char c = buffer[i];
            if (c != BYTE_ORDER_MARK || column > 1 || highSurrogate != 0) {
                check(c);
                buffer[to++] = c;
            }
        }
        return to - start;
    }

    private int fill(char[] buffer, int start, int length) {
        try {
            return in.read(buffer, start, length);
        } catch (CharacterCodingException e) {
            throw malformed("not UTF-8; save the file in UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be read: " + name + "; " + e.getMessage(), e);
        }
    }

    private void check(char c) {
        if (highSurrogate != 0) {
            if (!Character.isLowSurrogate(c)) {
                throw unprintable(highSurrogate);
            }
            refuse(Character.toCodePoint(highSurrogate, c));
            highSurrogate = 0;
            column++;
        } else if (Character.isHighSurrogate(c)) {
            highSurrogate = c;
        } else {
            refuse(c);
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }
    }

    private void refuse(int c) {
        if (c == '\t') {
            throw malformed("a tab character; indent with spaces, and inside a text write \\t in double quotes");
        }
        if (!StreamReader.isPrintable(c)) {
            throw unprintable(c);
        }
    }

    private MalformedLogException unprintable(int c) {
        return malformed(String.format(
                "YAML does not allow the character U+%04X; write it as \"\\u%04x\" in double quotes", c, c));
    }

    private MalformedLogException malformed(String problem) {
        return new MalformedLogException(name, line, column, problem);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
