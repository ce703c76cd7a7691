package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.core.Chain;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The metadata of a caller whose provenance does not count: {@code millrace} is moved to {@code millrace.claimed}, in
 * place of the one there. Numbers keep their characters. The result of a result is the same, and it is as {@link
 * dev.millrace.core.Provenance#claimed}.
 */
final class ClaimedMetadata {
    private static final String MILLRACE = "millrace";
    private static final String CLAIMED = "claimed";
    private static final String CHAIN = "chain";

    private ClaimedMetadata() {}

    /** Compact JSON from compact JSON, in which no name is written with escapes that it does not need. */
    static byte[] of(byte[] metadata) {
        if (!contains(metadata, MILLRACE)) {
            return metadata;
        }
        Map<String, byte[]> fields = fields(metadata);
        byte[] sent = fields.remove(MILLRACE);
        if (sent == null) {
            return metadata;
        }
        fields.put(MILLRACE, object(Map.of(CLAIMED, withoutClaimed(sent))));
        return object(fields);
    }

    /** The metadata with a chain of reactions, which replaces the one there. */
    static byte[] with(Chain chain, Optional<byte[]> metadata) {
        Map<String, byte[]> fields = metadata.map(ClaimedMetadata::fields).orElseGet(LinkedHashMap::new);
        byte[] own = fields.get(MILLRACE);
        Map<String, byte[]> origin = own == null || own[0] != '{' ? new LinkedHashMap<>() : fields(own);
        origin.put(CHAIN, JsonCodec.write(chain));
        fields.put(MILLRACE, object(origin));
        return object(fields);
    }

    private static byte[] withoutClaimed(byte[] sent) {
        if (sent[0] != '{') {
            return sent;
        }
        Map<String, byte[]> fields = fields(sent);
        byte[] before = fields.remove(CLAIMED);
        return fields.isEmpty() && before != null ? before : object(fields);
    }

    static boolean contains(byte[] json, String name) {
        return new String(json, StandardCharsets.ISO_8859_1).contains('"' + name + '"');
    }

    /** The fields of an object; of two with the same name, the last one, as all readers do it. */
    private static Map<String, byte[]> fields(byte[] object) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        try (JsonParser parser = JsonCodec.parser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, value(parser));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fields;
    }

    private static byte[] value(JsonParser parser) throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator generator = JsonCodec.generator(json)) {
            int open = 0;
            while (true) {
                JsonToken token = parser.currentToken();
                JsonCodec.copyToken(parser, generator);
                open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (open == 0) {
                    break;
                }
                parser.nextToken();
            }
        }
        return json.toByteArray();
    }

    private static byte[] object(Map<String, byte[]> fields) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.write('{');
        fields.forEach((name, value) -> {
            if (json.size() > 1) {
                json.write(',');
            }
            json.writeBytes(JsonCodec.write(name));
            json.write(':');
            json.writeBytes(value);
        });
        json.write('}');
        return json.toByteArray();
    }
}
