package dev.millrace.engine.internal.append;

import dev.millrace.core.JsonCodec;
import java.nio.charset.StandardCharsets;

/** Texts as JSON. A text of ASCII characters that need no escape, as most names are, needs no serializer either. */
public final class JsonText {
    private JsonText() {}

    /** The text in quotes, as {@link JsonCodec#write} writes it. */
    public static byte[] of(String text) {
        return isPlain(text) ? ('"' + text + '"').getBytes(StandardCharsets.ISO_8859_1) : JsonCodec.write(text);
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
