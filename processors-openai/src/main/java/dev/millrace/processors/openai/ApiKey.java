package dev.millrace.processors.openai;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Request;

/** A provider's key. It leaves this class only as a request header; {@link #toString} does not show it. */
final class ApiKey {
    /** What keys of this provider look like; it repeats them, masked or not, in its error messages. */
    private static final Pattern LOOKS_LIKE_A_KEY = Pattern.compile("\\bsk-[A-Za-z0-9_*.-]{6,}");

    private static final String REDACTED = "[redacted]";

    private final String secret;

    /** A key; blank text means none, as servers at home want it. */
    ApiKey(String secret) {
        this.secret = secret.strip();
        if (!this.secret.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("openai.api-key holds characters that no key has; check how it was set");
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

    /** The text without the key, and without anything that looks like one. */
    String redact(String text) {
        String without = isPresent() ? text.replace(secret, REDACTED) : text;
        return LOOKS_LIKE_A_KEY.matcher(without).replaceAll(Matcher.quoteReplacement(REDACTED));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApiKey key && key.secret.equals(secret);
    }

    @Override
    public int hashCode() {
        return secret.hashCode();
    }

    @Override
    public String toString() {
        return isPresent() ? REDACTED : "none";
    }
}
