package dev.millrace.server.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret that sender and receiver share. Thread-safe. */
final class HmacKey implements SignatureKey {
    private final String algorithm;
    private final SecretKeySpec key;

    HmacKey(String algorithm, byte[] secret) {
        this.algorithm = algorithm;
        this.key = new SecretKeySpec(secret, algorithm);
    }

    @Override
    public boolean fitsAny(String start, byte[] body, List<byte[]> signatures) {
        byte[] expected = sign(start, body);
        boolean fits = false;
        for (byte[] signature : signatures) { // compare all, so that the time reveals nothing
            fits |= MessageDigest.isEqual(expected, signature);
        }
        return fits;
    }

    private byte[] sign(String start, byte[] body) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(key);
            mac.update(start.getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform lacks " + algorithm, e);
        }
    }
}
