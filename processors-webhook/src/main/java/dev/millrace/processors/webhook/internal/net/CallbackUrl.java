package dev.millrace.processors.webhook.internal.net;

import java.util.Locale;
import java.util.Optional;
import okhttp3.Credentials;
import okhttp3.HttpUrl;

/**
 * A callback URL. {@code ws} and {@code wss} are stored as {@code http} and {@code https}, as in the handshake.
 *
 * @param url with user and password
 */
public record CallbackUrl(HttpUrl url) {
    /** The time to parse a URL grows with the square of its length. */
    private static final int LONGEST = 8_000;

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if events cannot be pushed to it; the message says why
     */
    public static CallbackUrl parse(String text, boolean websocket) {
        String trimmed = text.strip();
        if (trimmed.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "expected a URL of at most " + LONGEST + " characters, got " + trimmed.length());
        }
        int colon = trimmed.indexOf("://");
        if (colon < 1) {
            throw new IllegalArgumentException(
                    "expected an absolute URL such as https://example.com/hook, got '" + shorten(trimmed) + "'");
        }
        String scheme = trimmed.substring(0, colon).toLowerCase(Locale.ROOT);
        String http = switch (scheme) {
            case "http", "https" -> scheme;
            case "ws" -> websocket ? "http" : "";
            case "wss" -> websocket ? "https" : "";
            default -> "";
        };
        if (http.isEmpty()) {
            throw new IllegalArgumentException("expected a URL of "
                    + (websocket ? "ws, wss, http or https" : "http or https") + ", got '" + shorten(scheme) + "'");
        }
        HttpUrl url = HttpUrl.parse(http + trimmed.substring(colon));
        if (url == null) {
            throw new IllegalArgumentException(
                    "expected a URL with a valid host and port, got '" + shorten(trimmed) + "'");
        }
        return new CallbackUrl(url);
    }

    /** The {@code Authorization} header for user and password; empty if the URL has neither. */
    public Optional<String> authorization() {
        return url.username().isEmpty() && url.password().isEmpty()
                ? Optional.empty()
                : Optional.of(Credentials.basic(url.username(), url.password()));
    }

    /** The URL without user, password, query and fragment, which may be secret. */
    @Override
    public String toString() {
        return shorten(url.newBuilder()
                .username("")
                .password("")
                .query(null)
                .fragment(null)
                .build()
                .toString());
    }

    private static String shorten(String text) {
        return text.length() <= 200 ? text : text.substring(0, 199) + "…";
    }
}
