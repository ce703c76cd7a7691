package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/**
 * A converter of JSON to YAML without loss: all texts are quoted, and names that could be anything but a plain word;
 * numbers keep their digits.
 */
final class YamlEncoder {
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .stringQuotingChecker(new NamesQuoted())
            .build();

    private static final Pattern PLAIN_NAME = Pattern.compile("[\\p{L}_$/][\\p{L}\\p{N}_$/. -]*");

    private YamlEncoder() {}

    /**
     * One document, with its start marker and a final line break.
     *
     * @throws UncheckedIOException if the bytes are not JSON
     */
    static byte[] document(byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 64);
        HalfSurrogates halves = new HalfSurrogates(json);
        try (JsonParser parser = JsonCodec.storedParser(json);
                JsonGenerator generator = FACTORY.createGenerator(out)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isNumeric()) {
                    generator.writeNumber(JsonCodec.yamlNumber(parser.getText()));
                } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    generator.writeString(halves.marked(parser.getText()));
                } else {
                    JsonCodec.copyToken(parser, generator);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return halves.escaped(out.toByteArray());
    }

    /** Puts names into double quotes unless they are plain words; {@code <<} would be a merge. */
    private static final class NamesQuoted extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteName(String name) {
            return super.needToQuoteName(name) || !PLAIN_NAME.matcher(name).matches();
        }
    }
}
