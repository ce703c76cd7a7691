package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A converter of JSON to YAML without loss: all texts are quoted and numbers keep their digits. */
final class YamlEncoder {
    private static final YAMLFactory FACTORY =
            YAMLFactory.builder().disable(YAMLGenerator.Feature.SPLIT_LINES).build();

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
}
