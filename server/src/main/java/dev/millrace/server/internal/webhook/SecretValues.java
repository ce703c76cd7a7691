package dev.millrace.server.internal.webhook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Replaces the values of headers and query parameters that are secret by their names. Thread-safe. */
final class SecretValues {
    private static final List<String> WORDS =
            List.of("token", "secret", "key", "password", "passwd", "pwd", "credential", "authorization", "cookie");
    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SecretValues() {}

    /** Whether a header or a query parameter with this name has secret values. */
    static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(lower::contains);
    }

    /**
     * {@code sha256:<salt>:<hash>} in hexadecimal digits: the SHA-256 of 16 random bytes, which are the salt, and of the
     * value in UTF-8. Who knows the value can compare it; the same value has another text each time.
     */
    static String hash(String value) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        MessageDigest sha256 = sha256();
        sha256.update(salt);
        HexFormat hex = HexFormat.of();
        return "sha256:" + hex.formatHex(salt) + ":"
                + hex.formatHex(sha256.digest(value.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
