package dev.millrace.processors.openai;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Request;

/** The API key of a provider. It leaves this class only as a request header; {@link #toString} does not show it. */
final class ApiKey {
    /** The form of keys of this provider; its error messages repeat keys, masked or not. */
    private static final Pattern LOOKS_LIKE_A_KEY = Pattern.compile("\\bsk-[A-Za-z0-9_*.-]{6,}");

    private static final String REDACTED = "[redacted]";

    private final String secret;

    /** A key; blank text means none, as many local servers require. */
    ApiKey(String secret) {
        this.secret = secret.strip();
        if (!this.secret.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("openai.api-key has characters that no key can have; check its value");
        }
    }

    boolean isPresent() {
        return !secret.isEmpty();
    }

    void authorize(Request.Builder request) {
        if (isPresent()) {
            request.header("Authorization", "Bearer " + secret);
        }
    }

    /** Removes the key, and all that looks like a key, from a text. */
    String redact(String text) {
        String without = isPresent() ? text.replace(secret, REDACTED) : text;
        return LOOKS_LIKE_A_KEY.matcher(without).replaceAll(Matcher.quoteReplacement(REDACTED));
    }

    @Override
    public String toString() {
        return isPresent() ? REDACTED : "none";
    }
}
