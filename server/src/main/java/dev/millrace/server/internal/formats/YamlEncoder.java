package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON as YAML that says exactly the same: every text is quoted and every number keeps its digits. */
final class YamlEncoder {
    private static final YAMLFactory FACTORY =
            YAMLFactory.builder().disable(YAMLGenerator.Feature.SPLIT_LINES).build();

    private YamlEncoder() {}

    /** One document, beginning with its marker and ending with a line break. */
    static byte[] document(byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 64);
        try (JsonParser parser = JsonCodec.parser(json);
                JsonGenerator generator = FACTORY.createGenerator(out)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isNumeric()) {
                    generator.writeNumber(JsonCodec.yamlNumber(parser.getText()));
                } else {
                    JsonCodec.copyToken(parser, generator);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
