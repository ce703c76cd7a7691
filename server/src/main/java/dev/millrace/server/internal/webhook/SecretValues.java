package dev.millrace.server.internal.webhook;

import dev.millrace.server.internal.formats.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Replaces the values of headers and query parameters that are secret by their names. Thread-safe. */
final class SecretValues {
    private static final List<String> WORDS = List.of(
            "token",
            "secret",
            "key",
            "pass",
            "pwd",
            "credential",
            "auth",
            "cookie",
            "session",
            "jwt",
            "assertion",
            "oidc");

    /** It contains a word of a secret, and is none. */
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    /** Names that are of a secret in a query only: headers with these names are signatures and statuses. */
    private static final Set<String> IN_QUERY = Set.of("code", "sig");

    /** Headers with URLs, whose queries can have the secrets of this one. */
    private static final Set<String> URLS = Set.of(
            "referer", "x-original-uri", "x-original-url", "x-forwarded-uri", "x-forwarded-url", "x-rewrite-url");

    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SecretValues() {}

    /** The value of a header as it may be read. */
    static String shownInHeader(String lowerCaseName, String value) {
        if (isSecret(lowerCaseName)) {
            return hash(value);
        }
        int query = URLS.contains(lowerCaseName) ? value.indexOf('?') : -1;
        return query < 0 ? value : value.substring(0, query);
    }

    /** The value of a query parameter as it may be read. */
    static String shownInQuery(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        return isSecret(lower) || IN_QUERY.contains(lower) ? hash(value) : value;
    }

    private static boolean isSecret(String lower) {
        return !lower.equals(IDEMPOTENCY_KEY) && WORDS.stream().anyMatch(lower::contains);
    }

    /**
     * {@code sha256:<salt>:<hash>} in hexadecimal digits: the SHA-256 of 16 random bytes, which are the salt, and of the
     * value in UTF-8. A reader who knows the value can compare it. The same value has another text each time.
     */
    static String hash(String value) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return "sha256:" + HexFormat.of().formatHex(salt) + ":"
                + Sha256.hex(salt, value.getBytes(StandardCharsets.UTF_8));
    }
}
