package dev.millrace.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.server.webhook.Signer;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A sender of webhooks and one of its requests. It signs with the classes of the platform alone. In the texts {@code
 * {t}} is the time in Unix seconds, {@code {hex}} and {@code {base64}} the signature.
 *
 * @param name the name of the configuration
 * @param configuration the fields of the configuration beside name and secret, as members of a JSON object
 * @param secret the value of the project secret
 * @param algorithm a name of a {@code Mac}, or {@code Ed25519} for a signature with {@link #KEYS}
 * @param signedStart what is signed before the body
 * @param signatureHeader the header with the signature
 * @param signature the value of that header
 * @param headers all other headers
 * @param body the body
 * @param deliveryId the id of the delivery; empty if there is none
 */
record SignedSender(
        String name,
        String configuration,
        String secret,
        String algorithm,
        String signedStart,
        String signatureHeader,
        String signature,
        Map<String, String> headers,
        String body,
        String deliveryId) {
    /** The keys of the sender with a public key. */
    static final KeyPair KEYS = keys();

    private static final int RAW_KEY = 32;

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The public key as a Standard Webhooks sender shows it. */
    static String publicKey() {
        byte[] x509 = KEYS.getPublic().getEncoded();
        return "whpk_"
                + Base64.getEncoder().encodeToString(Arrays.copyOfRange(x509, x509.length - RAW_KEY, x509.length));
    }

    /** The same sender with further fields of the configuration, each followed by a comma. */
    SignedSender with(String fields) {
        return new SignedSender(
                name,
                fields + configuration,
                secret,
                algorithm,
                signedStart,
                signatureHeader,
                signature,
                headers,
                body,
                deliveryId);
    }

    /** The same sender with another name and another secret. */
    SignedSender named(String other) {
        return new SignedSender(
                other,
                configuration,
                secret + other,
                algorithm,
                signedStart,
                signatureHeader,
                signature,
                headers,
                body,
                deliveryId);
    }

    /** The event that configures it. The secret has the name of the configuration. */
    String configured() {
        return "{\"type\": \"millrace/webhook-configured\", \"payload\": {\"name\": \"" + name
                + "\", \"secret\": {\"ref\": \"" + name + "\"}, " + configuration + "}}";
    }

    String scheme() {
        return configuration.replaceFirst("(?s).*\"scheme\": \"([a-z-]+)\".*", "$1");
    }

    byte[] bytes() {
        return body.getBytes(UTF_8);
    }

    boolean hasTime() {
        return signedStart.contains("{t}");
    }

    /** The signature of the body at a time. */
    byte[] sign(byte[] text, long time) {
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes(signedStart.replace("{t}", Long.toString(time)).getBytes(UTF_8));
        signed.writeBytes(text);
        return algorithm.equals("Ed25519")
                ? ed25519(signed.toByteArray())
                : Signer.hmacOfBytes(algorithm, key(), signed.toByteArray());
    }

    private byte[] key() {
        return configuration.contains("standard-webhooks")
                ? Base64.getDecoder().decode(secret.substring(secret.indexOf('_') + 1))
                : secret.getBytes(UTF_8);
    }

    private static byte[] ed25519(byte[] text) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(KEYS.getPrivate());
            signer.update(text);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** All headers of the request with a signature and a time, whether they belong together or not. */
    Map<String, String> headers(byte[] of, long time) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(signatureHeader, signature);
        all.replaceAll((header, value) -> value.replace("{t}", Long.toString(time))
                .replace("{hex}", HexFormat.of().formatHex(of))
                .replace("{base64}", Base64.getEncoder().encodeToString(of)));
        return all;
    }

    /** The headers of the request as the sender sends it. */
    Map<String, String> headers(long time) {
        return headers(sign(bytes(), time), time);
    }

    @Override
    public String toString() {
        return name;
    }
}
