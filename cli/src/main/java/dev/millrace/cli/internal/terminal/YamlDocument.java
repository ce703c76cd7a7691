package dev.millrace.cli.internal.terminal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes YAML in the format of the server, safe for a terminal: control characters are escape sequences in double
 * quotes, so a reader gets the same data.
 */
public final class YamlDocument {
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .stringQuotingChecker(new NamesQuoted())
            .build();

    private static final Pattern PLAIN_NAME = Pattern.compile("[\\p{L}_$/][\\p{L}\\p{N}_$/. -]*");
    private static final Pattern MARK = Pattern.compile("half-surrogate-pair-\\d++-");

    private YamlDocument() {}

    /** One document. */
    public static String of(JsonNode value) {
        byte[] json = JsonCodec.write(value);
        String mark = markNotIn(new String(json, StandardCharsets.UTF_8));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonParser parser = JsonCodec.storedParser(json);
                JsonGenerator generator = FACTORY.createGenerator(out)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isNumeric()) {
                    generator.writeNumber(JsonCodec.yamlNumber(parser.getText()));
                } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    generator.writeString(marked(parser.getText(), mark));
                } else {
                    JsonCodec.copyToken(parser, generator);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write as YAML: " + e.getMessage(), e);
        }
        return TerminalText.escaped(out.toString(StandardCharsets.UTF_8)).replace(mark, "\\u");
    }

    /** The first mark with a number that the text does not have; the text is searched once. */
    private static String markNotIn(String json) {
        Set<String> found = MARK.matcher(json).results().map(MatchResult::group).collect(Collectors.toSet());
        int number = 0;
        while (found.contains(mark(number))) {
            number++;
        }
        return mark(number);
    }

    private static String mark(int number) {
        return "half-surrogate-pair-" + number + "-";
    }

    /** Marks half surrogate pairs, of which the generator makes other characters. */
    private static String marked(String text, String mark) {
        StringBuilder marked = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                marked.append(mark).append(String.format(Locale.ROOT, "%04x", point));
            } else {
                marked.appendCodePoint(point);
            }
        });
        return marked.toString();
    }

    /** Puts names into double quotes unless they are plain words, as the server does; values always have quotes. */
    private static final class NamesQuoted extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteName(String name) {
            return super.needToQuoteName(name) || !PLAIN_NAME.matcher(name).matches();
        }
    }
}
