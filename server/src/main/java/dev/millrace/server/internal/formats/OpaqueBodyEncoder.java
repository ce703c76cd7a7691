package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
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
        Optional<BodyText> text = BodyText.ofText(type, body).filter(decoded -> isWellFormed(decoded.text()));
        raw.put(
                "body",
                text.map(BodyText::text).orElseGet(() -> Base64.getEncoder().encodeToString(body)));
        if (type.isForm() && text.isPresent()) {
            raw.set("form", form(text.get()));
        }
        if (text.isEmpty()) {
            raw.put("encoding", "base64");
        }
        return JsonCodec.write(raw);
    }

    /** The fields of a form; a repeated field becomes a list. */
    private static ObjectNode form(BodyText body) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        for (String pair : body.text().split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String field = body.decodeFormText(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : body.decodeFormText(pair.substring(equals + 1));
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

    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
