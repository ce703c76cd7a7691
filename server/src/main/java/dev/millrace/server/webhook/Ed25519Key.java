package dev.millrace.server.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;

/** The public key of a sender (RFC 8032). Thread-safe. */
final class Ed25519Key implements SignatureKey {
    static final int BYTES = 32;

    private static final String ALGORITHM = "Ed25519";
    private static final int SIGNATURE_BYTES = 64;

    /** What stands before the 32 bytes of a key in its X.509 form (RFC 8410, section 4). */
    private static final byte[] X509_START = HexFormat.of().parseHex("302a300506032b6570032100");

    private final PublicKey key;

    /** @throws IllegalArgumentException if the 32 bytes are no public key */
    Ed25519Key(byte[] raw) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.writeBytes(X509_START);
        encoded.writeBytes(raw);
        try {
            key = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
            Signature.getInstance(ALGORITHM).initVerify(key); // refuses what is no point of the curve
        } catch (NoSuchAlgorithmException e) {
            throw missing(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the public key is no Ed25519 key; copy it again from the sender", e);
        }
    }

    @Override
    public boolean fitsAny(String start, byte[] body, List<byte[]> signatures) {
        return signatures.stream().anyMatch(signature -> fits(start, body, signature));
    }

    private boolean fits(String start, byte[] body, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            return false;
        }
        try {
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(key);
            check.update(start.getBytes(StandardCharsets.US_ASCII));
            check.update(body);
            return check.verify(signature);
        } catch (SignatureException e) {
            return false; // the bytes are no signature
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw missing(e);
        }
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("this Java platform lacks " + ALGORITHM, e);
    }
}
