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

/**
 * Writes YAML in the format of the server, safe for a terminal: control characters are escape sequences in double
 * quotes, so a reader gets the same data.
 */
public final class YamlDocument {
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .stringQuotingChecker(new UnsafeNamesQuoted())
            .build();

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

    private static String markNotIn(String json) {
        StringBuilder mark = new StringBuilder("half-surrogate-pair-");
        while (json.contains(mark)) {
            mark.append('-');
        }
        return mark.toString();
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

    /** Puts also the names of fields into quotes if they need an escape sequence; values always have quotes. */
    private static final class UnsafeNamesQuoted extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteName(String name) {
            return super.needToQuoteName(name) || name.codePoints().anyMatch(TerminalText::isUnsafe);
        }
    }
}
