package dev.millrace.processors.script.internal.fetch;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A filter that replaces the secrets of a request in its response, because some servers echo headers. It processes the
 * text in pieces, with one character per byte. The end of a piece that may be the start of a secret is held back until
 * the next piece. Secrets of fewer than six bytes are not replaced. Not thread-safe.
 */
final class ResponseRedactor {
    private static final int SHORTEST = 6;

    private final Map<String, String> replacements = new LinkedHashMap<>();
    private String held = "";

    ResponseRedactor(Map<String, String> secrets) {
        secrets.forEach((name, secret) -> {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            if (bytes.length >= SHORTEST) {
                replacements.put(new String(bytes, StandardCharsets.ISO_8859_1), "[secret:" + name + "]");
            }
        });
    }

    /** A complete text without the secrets. */
    String whole(String text) {
        String clean = text;
        for (Map.Entry<String, String> entry : replacements.entrySet()) {
            clean = clean.replace(entry.getKey(), entry.getValue());
        }
        return clean;
    }

    /** The next piece without the secrets; it may be empty. */
    String next(String piece) {
        String text = whole(held + piece);
        int keep = 0;
        for (String secret : replacements.keySet()) {
            for (int length = Math.min(secret.length() - 1, text.length()); length > keep; length--) {
                if (text.regionMatches(text.length() - length, secret, 0, length)) {
                    keep = length;
                }
            }
        }
        held = text.substring(text.length() - keep);
        return text.substring(0, text.length() - keep);
    }

    /** The text that was held back; call this after the last piece. */
    String rest() {
        String last = held;
        held = "";
        return last;
    }
}
