package dev.millrace.testkit.internal.yaml;

import dev.millrace.testkit.log.MalformedLogException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * A reader that passes the characters of a log to the parser, without a byte order mark. It reports tabs and characters
 * that YAML does not allow, with their place. Not thread-safe.
 */
final class LogCharReader extends Reader {
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String name;
    private final Reader in;
    private int line = 1;
    private int column = 1;
    private boolean atStart = true;
    private char highSurrogate;

    LogCharReader(String name, Reader in) {
        this.name = name;
        this.in = in;
    }

    @Override
    public int read(char[] buffer, int start, int length) {
        int count = fill(buffer, start, length);
        if (atStart && count > 0) {
            atStart = false;
            if (buffer[start] == BYTE_ORDER_MARK) {
                System.arraycopy(buffer, start + 1, buffer, start, count - 1);
                count = count > 1 ? count - 1 : fill(buffer, start, length);
            }
        }
        for (int i = start; i < start + count; i++) {
            check(buffer[i]);
        }
        if (count < 0 && highSurrogate != 0) {
            throw unprintable(highSurrogate);
        }
        return count;
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
