package dev.millrace.server.webhook;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Signatures {@code v1,<base64>} (HMAC) or {@code v1a,<base64>} (Ed25519), separated by spaces. Source: the Standard
 * Webhooks specification.
 *
 * @param version the version that the key is for
 */
record StandardWebhooksFormat(String version) implements SignatureFormat {
    static final String ID = "webhook-id";

    private static final String TIMESTAMP = "webhook-timestamp";
    private static final String SECRET = "whsec_";
    private static final String PUBLIC_KEY = "whpk_";
    private static final int MOST_ELEMENTS = 100;

    static StandardWebhooksFormat of(String secret) {
        return new StandardWebhooksFormat(secret.startsWith(PUBLIC_KEY) ? "v1a" : "v1");
    }

    /** @throws IllegalArgumentException if the text is no key; the message does not contain it */
    static SignatureKey key(String secret) {
        boolean isPublic = secret.startsWith(PUBLIC_KEY);
        byte[] bytes =
                decode(secret.startsWith(SECRET) || isPublic ? secret.substring(secret.indexOf('_') + 1) : secret);
        if (isPublic && bytes.length != Ed25519Key.BYTES) {
            throw new IllegalArgumentException("the public key after whpk_ must be 32 bytes in base64, got "
                    + bytes.length + "; copy it again from the sender");
        }
        return isPublic ? new Ed25519Key(bytes) : new HmacKey("HmacSHA256", bytes);
    }

    private static byte[] decode(String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // without the cause, whose message names a character of the secret
            throw new IllegalArgumentException("the secret of standard-webhooks must be base64, after whsec_ or"
                    + " alone, or a public key whpk_<base64>; copy it again from the sender");
        }
        if (bytes.length == 0) {
            throw new IllegalArgumentException("the secret is empty; copy it again from the sender");
        }
        return bytes;
    }

    @Override
    public String header() {
        return "webhook-signature";
    }

    @Override
    public boolean hasTime() {
        return true;
    }

    @Override
    public List<SignedText> read(SignedRequest request) throws MalformedSignatureException {
        String id = HeaderText.one(request, ID);
        if (HeaderText.id(id).isEmpty() || id.contains(".")) {
            // with a full stop, the end of the id could be read as a time, and the time as a part of the body
            throw new MalformedSignatureException(
                    "the header webhook-id must be 1 to 255 visible ASCII characters without a full stop");
        }
        String timestamp = HeaderText.one(request, TIMESTAMP);
        Instant time = HeaderText.time(timestamp, "the header " + TIMESTAMP);
        List<byte[]> signatures = new ArrayList<>();
        for (String value : request.values(header())) {
            for (String element : value.strip().split(" +", MOST_ELEMENTS)) {
                if (element.startsWith(version + ",") && signatures.size() < MOST_SIGNATURES) {
                    HeaderText.base64(element.substring(version.length() + 1)).ifPresent(signatures::add);
                }
            }
        }
        if (signatures.isEmpty()) {
            throw new MalformedSignatureException("the header webhook-signature has no signature '" + version
                    + ",<base64>', which is what this "
                    + (version.equals("v1a") ? "public key" : "secret") + " is for");
        }
        return List.of(new SignedText(id + "." + timestamp + ".", signatures, Optional.of(time)));
    }
}
