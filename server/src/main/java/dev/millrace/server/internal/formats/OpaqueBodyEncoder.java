package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.server.internal.http.PercentDecoder;
import java.util.Base64;
import java.util.Optional;

/** Wraps a body that is neither JSON nor YAML as JSON, without loss. */
final class OpaqueBodyEncoder {
    private OpaqueBodyEncoder() {}

    /**
     * Returns {@code {contentType, body, form?, encoding?}}; {@code body} is text, or base64 if the bytes are no text.
     */
    static byte[] describe(MediaType type, byte[] body) {
        ObjectNode raw = JsonNodeFactory.instance.objectNode();
        raw.put("contentType", type.header());
        Optional<String> text = type.charset()
                .flatMap(charset -> AppendBodyParser.decode(charset, body))
                .filter(OpaqueBodyEncoder::isWellFormed);
        raw.put("body", text.orElseGet(() -> Base64.getEncoder().encodeToString(body)));
        if (type.isForm() && text.isPresent()) {
            raw.set("form", form(text.get()));
        }
        if (text.isEmpty()) {
            raw.put("encoding", "base64");
        }
        return JsonCodec.write(raw);
    }

    /** The fields of a form; a repeated field becomes a list. */
    private static ObjectNode form(String text) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        for (String pair : text.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String field = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                JsonNode before = form.get(field);
                if (before == null) {
                    form.put(field, value);
                } else if (before instanceof ArrayNode list) {
                    list.add(value);
                } else {
                    form.set(
                            field,
                            JsonNodeFactory.instance.arrayNode().add(before).add(value));
                }
            }
        }
        return form;
    }

    private static String decode(String raw) {
        try {
            return PercentDecoder.decode(raw, true);
        } catch (IllegalArgumentException e) {
            return raw;
        }
    }

    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
