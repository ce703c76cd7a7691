package dev.millrace.processors.webhook.internal.send;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs as Standard Webhooks does: HMAC-SHA-256 over id, timestamp and body, with dots between them. */
public final class WebhookSigner {
    private static final String ENCODED = "whsec_";

    private final byte[] key;

    private WebhookSigner(byte[] key) {
        this.key = key;
    }

    /**
     * Signatures with a secret: {@code whsec_} and base64, or any other text, whose bytes are the key.
     *
     * @throws IllegalArgumentException when it is empty, or not base64 where it should be; the message does not tell it
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
        return new IllegalArgumentException("it is empty, or begins with whsec_ and goes on with what is not base64");
    }

    /**
     * The header's value.
     *
     * @param timestamp in seconds since the epoch
     */
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
