package dev.millrace.cli.internal.terminal;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The text that a command is given: as an argument, in a file, or on standard input. It is UTF-8, or UTF-16 with a byte
 * order mark, which is removed. Other bytes are an error in all three, so no character is replaced without a word.
 */
public final class InputText {
    private static final char MARK = '\uFEFF';
    private static final char REPLACEMENT = '\uFFFD';

    private InputText() {}

    /**
     * What is wrong with the arguments of the process; empty if nothing is. Java puts a replacement character where an
     * argument is no text in the charset of the locale.
     */
    public static Optional<String> problem(List<String> arguments) {
        return arguments.stream()
                .filter(argument -> argument.indexOf(REPLACEMENT) >= 0)
                .findFirst()
                .map(argument -> "the argument '" + TerminalText.clip(TerminalText.oneLine(argument), 60)
                        + "' is not UTF-8, or was not read as UTF-8; set LC_ALL=C.UTF-8, or give the text in a file or on"
                        + " standard input");
    }

    /** Removes a byte order mark, which an argument has if a shell read it from a file. */
    public static String ofArgument(String argument) {
        return argument.indexOf(MARK) == 0 ? argument.substring(1) : argument;
    }

    /** Throws a {@link CommandException} if there is no such file, or if its bytes are no text. */
    public static String ofFile(Path file) throws IOException {
        try {
            return decode(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new CommandException("there is no file " + file, e);
        }
    }

    /** Reads to the end. Throws a {@link CommandException} if the bytes are no text. */
    public static String of(InputStream standardInput) throws IOException {
        return decode(standardInput.readAllBytes(), "standard input");
    }

    /**
     * The lines of standard input, each as soon as it is there. A read throws a {@link CommandException} if the bytes
     * are no text.
     */
    public static BufferedReader lines(InputStream standardInput) throws IOException {
        int first = standardInput.read();
        byte[] start = {(byte) first};
        if (first == 0xFE || first == 0xFF || first == 0xEF) { // no line of UTF-8 ends before the bytes read here
            byte[] rest = standardInput.readNBytes(first == 0xEF ? 2 : 1);
            start = Arrays.copyOf(start, 1 + rest.length);
            System.arraycopy(rest, 0, start, 1, rest.length);
        }
        int mark = lengthOfMark(start);
        InputStream begin = new ByteArrayInputStream(start, mark, first < 0 ? 0 : start.length - mark);
        Reader strict = new InputStreamReader(
                new SequenceInputStream(begin, standardInput), charset(start).newDecoder());
        return new BufferedReader(new Explained(strict));
    }

    private static String decode(byte[] bytes, String source) {
        int mark = lengthOfMark(bytes);
        Charset charset = charset(bytes);
        ByteBuffer in = ByteBuffer.wrap(bytes, mark, bytes.length - mark);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CharsetDecoder strict = charset.newDecoder();
        CoderResult result = strict.decode(in, out, true);
        if (result.isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new CommandException(notText(source, charset) + ": line " + line + " has the byte "
                    + String.format("0x%02X", bytes[in.position()]) + "; save or convert it as UTF-8");
        }
        return out.flip().toString();
    }

    private static String notText(String source, Charset charset) {
        return source + " is not text in " + charset;
    }

    private static Charset charset(byte[] bytes) {
        return startsWith(bytes, 0xFF, 0xFE)
                ? StandardCharsets.UTF_16LE
                : startsWith(bytes, 0xFE, 0xFF) ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
    }

    private static int lengthOfMark(byte[] bytes) {
        return startsWith(bytes, 0xEF, 0xBB, 0xBF)
                ? 3
                : charset(bytes).equals(StandardCharsets.UTF_8) ? 0 : 2;
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        boolean same = bytes.length >= start.length;
        for (int i = 0; same && i < start.length; i++) {
            same = (bytes[i] & 0xFF) == start[i];
        }
        return same;
    }

    private static final class Explained extends FilterReader {
        Explained(Reader in) {
            super(in);
        }

        @Override
        public int read(char[] buffer, int from, int length) throws IOException {
            try {
                return super.read(buffer, from, length);
            } catch (CharacterCodingException e) {
                throw new CommandException(
                        notText("standard input", StandardCharsets.UTF_8) + "; save or convert it as UTF-8", e);
            }
        }
    }
}
