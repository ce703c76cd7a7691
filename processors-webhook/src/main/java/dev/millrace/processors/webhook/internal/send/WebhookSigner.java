package dev.millrace.processors.webhook.internal.send;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A signer for Standard Webhooks: HMAC-SHA-256 over id, timestamp and body, separated by dots. */
public final class WebhookSigner {
    private static final String ENCODED = "whsec_";

    private final byte[] key;

    private WebhookSigner(byte[] key) {
        this.key = key;
    }

    /**
     * A signer with a secret: {@code whsec_} and base64, or any other text, whose UTF-8 bytes are the key.
     *
     * @throws IllegalArgumentException if it is empty or not valid base64; the message does not contain it
     */
    public static WebhookSigner with(String secret) {
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
        return new WebhookSigner(key);
    }

    private static IllegalArgumentException unusable() {
        return new IllegalArgumentException("it is empty, or not base64 after the prefix whsec_");
    }

    /** The value of the header {@code webhook-signature}; the timestamp is in seconds since the epoch. */
    public String of(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
