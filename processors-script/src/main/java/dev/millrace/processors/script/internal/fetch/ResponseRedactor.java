package dev.millrace.processors.script.internal.fetch;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A filter that replaces the secrets of a request in its response, because some servers echo headers. It processes the
 * text in pieces, with one character per byte. The end of a piece that may be the start of a secret is held back until
 * the next piece. {@link SecretMatcher} says in which forms a secret is found. Secrets of fewer than six bytes are not
 * replaced. Not thread-safe.
 */
final class ResponseRedactor {
    private static final int SHORTEST = 6;

    private final Map<SecretMatcher, String> replacements = new LinkedHashMap<>();
    private String held = "";

    ResponseRedactor(Map<String, String> secrets) {
        secrets.forEach((name, secret) -> {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            if (bytes.length >= SHORTEST) {
                replacements.put(new SecretMatcher(bytes), "[secret:" + name + "]");
            }
        });
    }

    /** A complete text without the secrets. Thread-safe. */
    String whole(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        replace(text, true, clean);
        return clean.toString();
    }

    /** The next piece without the secrets; it may be empty. */
    String next(String piece) {
        String text = held + piece;
        StringBuilder clean = new StringBuilder(text.length());
        held = text.substring(replace(text, false, clean));
        return clean.toString();
    }

    /** The text that was held back; call this after the last piece. */
    String rest() {
        String last = held;
        held = "";
        return whole(last);
    }

    /** Writes the text without secrets; returns where something begins that may become a secret. */
    private int replace(String text, boolean isComplete, StringBuilder clean) {
        int position = 0;
        while (position < text.length()) {
            int next = position;
            String shown = "";
            for (Map.Entry<SecretMatcher, String> entry : replacements.entrySet()) {
                int end = entry.getKey().end(text, position);
                if (end == SecretMatcher.UNCLEAR && !isComplete) {
                    return position;
                }
                if (end > next) {
                    next = end;
                    shown = entry.getValue();
                }
            }
            if (next == position) {
                clean.append(text.charAt(position));
                next++;
            }
            clean.append(shown);
            position = next;
        }
        return position;
    }
}
