package dev.millrace.client.push;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A verifier of signed deliveries, as in Standard Webhooks: HMAC-SHA-256 over id, timestamp and body, with dots between
 * them, and a timestamp close to now. Immutable.
 */
final class PushSignature {
    private static final String ENCODED = "whsec_";
    private static final int MOST_CANDIDATES = 16;

    private final List<SecretKeySpec> keys;
    private final Duration tolerance;

    /** Creates a verifier; one of the secrets must match. */
    PushSignature(List<String> secrets, Duration tolerance) {
        this.keys = secrets.stream().map(PushSignature::key).toList();
        this.tolerance = tolerance;
    }

    /** The key of a secret: {@code whsec_} and base64, or any other text, whose bytes are the key. */
    private static SecretKeySpec key(String secret) {
        byte[] key;
        try {
            key = secret.startsWith(ENCODED)
                    ? Base64.getDecoder()
                            .decode(secret.substring(ENCODED.length()).strip())
                    : secret.getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw unusable();
        }
        if (key.length == 0) {
            throw unusable();
        }
        return new SecretKeySpec(key, "HmacSHA256");
    }

    private static IllegalArgumentException unusable() {
        return new IllegalArgumentException("the secret cannot be used: it is empty, or begins with " + ENCODED
                + " and is not base64 after that; use the secret that the sender signs with");
    }

    /** Throws a 401 if a header is missing, the timestamp is too far from now, or no signature matches. */
    void check(PushReceiver.Headers header, byte[] body, Instant now) {
        String id = needed(header, "webhook-id");
        String timestamp = needed(header, "webhook-timestamp");
        String signatures = needed(header, "webhook-signature");
        if (!isSigned(id + "." + timestamp + ".", body, signatures)) {
            throw new RejectedDeliveryException(
                    401, "the signature does not match; check that sender and receiver have the same secret");
        }
        if (!isNear(timestamp, now)) {
            throw new RejectedDeliveryException(
                    401,
                    "webhook-timestamp is not within " + tolerance
                            + " of now; check the clocks of sender and receiver");
        }
    }

    private static String needed(PushReceiver.Headers header, String name) {
        String value = header.value(name);
        if (value == null || value.isBlank()) {
            throw new RejectedDeliveryException(401, "the header " + name + " is missing; deliveries must be signed");
        }
        return value.strip();
    }

    private boolean isNear(String timestamp, Instant now) {
        if (timestamp.length() > 12 || !timestamp.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
        return Duration.between(sent, now).abs().compareTo(tolerance) <= 0;
    }

    /** Compares every signature with every key, also after a match, so that the time reveals nothing. */
    private boolean isSigned(String prefix, byte[] body, String signatures) {
        List<byte[]> expected =
                keys.stream().map(key -> signature(key, prefix, body)).toList();
        boolean fits = false;
        for (String candidate : signatures.split(" ", MOST_CANDIDATES + 1)) {
            byte[] given = candidate.getBytes(StandardCharsets.UTF_8);
            for (byte[] right : expected) {
                fits |= MessageDigest.isEqual(right, given);
            }
        }
        return fits;
    }

    private static byte[] signature(SecretKeySpec key, String prefix, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(prefix.getBytes(StandardCharsets.UTF_8));
            return ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
