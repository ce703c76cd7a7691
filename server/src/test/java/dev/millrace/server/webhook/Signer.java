package dev.millrace.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs as a sender does, with the classes of the platform. */
public final class Signer {
    private Signer() {}

    public static byte[] hmac(String algorithm, byte[] key, String text) {
        return hmacOfBytes(algorithm, key, text.getBytes(UTF_8));
    }

    public static byte[] hmacOfBytes(String algorithm, byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
