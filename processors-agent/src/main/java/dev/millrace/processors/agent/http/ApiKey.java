package dev.millrace.processors.agent.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Request;

/**
 * The API key of a provider. It leaves this class only as a request header; {@link #toString} does not show it.
 * Immutable.
 *
 * @since 0.1
 */
public final class ApiKey {
    /** The form of keys of most providers; their error messages repeat keys, masked or not. */
    private static final Pattern LOOKS_LIKE_A_KEY = Pattern.compile("\\bsk-[A-Za-z0-9_*.-]{6,}");

    /** Shorter ones are no secret, and are ends of ordinary words. */
    private static final int SHORTEST_BEGINNING = 6;

    private static final String REDACTED = "[redacted]";

    private final String secret;

    /**
     * A key; blank text means none, as many local servers require.
     *
     * @param setting the name of the setting, for the error message
     * @throws IllegalArgumentException if the key has a character that no header can have; the message does not contain
     *     the key
     */
    public ApiKey(String secret, String setting) {
        this.secret = secret.strip();
        if (!this.secret.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException(setting + " has characters that no key can have; check its value");
        }
    }

    /** Whether there is a key. */
    public boolean isPresent() {
        return !secret.isEmpty();
    }

    /** Adds the key to a request, for example as header {@code Authorization} after {@code "Bearer "}; does nothing without a key. */
    public void authorize(Request.Builder request, String header, String prefix) {
        if (isPresent()) {
            request.header(header, prefix + secret);
        }
    }

    /** Removes the key, and all that looks like a key, from a text; also the beginning of the key where a text was cut off. */
    public String redact(String text) {
        String without = isPresent() ? withoutBeginning(text.replace(secret, REDACTED)) : text;
        return LOOKS_LIKE_A_KEY.matcher(without).replaceAll(Matcher.quoteReplacement(REDACTED));
    }

    private String withoutBeginning(String text) {
        String end = text.endsWith(ErrorBody.CUT) ? text.substring(0, text.length() - ErrorBody.CUT.length()) : text;
        for (int length = Math.min(secret.length() - 1, end.length()); length >= SHORTEST_BEGINNING; length--) {
            if (end.endsWith(secret.substring(0, length))) {
                return end.substring(0, end.length() - length) + REDACTED;
            }
        }
        return text;
    }

    @Override
    public String toString() {
        return isPresent() ? REDACTED : "none";
    }
}
