package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Wraps a body that is neither JSON nor YAML as JSON, without loss but for the files of multipart bodies. */
final class OpaqueBodyEncoder {
    private OpaqueBodyEncoder() {}

    /**
     * Returns {@code {contentType, body, form?, encoding?}}; {@code body} is text, or base64 if the bytes are no text. A
     * multipart body becomes what {@link MultipartParser} returns, without its bytes.
     */
    static byte[] describe(MediaType type, byte[] body) {
        if (type.isMultipart()) {
            Optional<ObjectNode> parts = MultipartParser.parse(type, body);
            if (parts.isPresent()) {
                return JsonCodec.write(parts.get());
            }
        }
        ObjectNode raw = JsonNodeFactory.instance.objectNode();
        raw.put("contentType", type.header());
        Optional<BodyText> text = text(type, body);
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

    /** Whether {@link #describe} returns all bytes of a body: as text in UTF-8, or in base64. */
    static boolean isShown(MediaType type, byte[] body) {
        if (type.isMultipart() && MultipartParser.parse(type, body).isPresent()) {
            return false;
        }
        return text(type, body)
                .map(decoded -> Arrays.equals(decoded.text().getBytes(StandardCharsets.UTF_8), body))
                .orElse(true);
    }

    private static Optional<BodyText> text(MediaType type, byte[] body) {
        return BodyText.ofText(type, body).filter(decoded -> isWellFormed(decoded.text()));
    }

    /** The fields of a form; a repeated field becomes a list. */
    private static ObjectNode form(BodyText body) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        for (String pair : body.text().split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String field = body.decodeFormText(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : body.decodeFormText(pair.substring(equals + 1));
                RepeatedFields.add(form, field, JsonNodeFactory.instance.textNode(value));
            }
        }
        return form;
    }

    static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
