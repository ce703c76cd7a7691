package dev.millrace.server.webhook;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a sender that has no scheme of its own signs with an HMAC. Immutable.
 *
 * @param header the header with the signature
 * @param algorithm {@code sha1}, {@code sha256} or {@code sha512}
 * @param encoding {@code hex} or {@code base64}
 * @param prefix what stands in the header before the signature; empty if there is nothing
 * @param timestampHeader the header with the time of the signature in Unix seconds. With it the signed text is the value
 *     of this header, a full stop and the body; without it, the body alone
 * @param idHeader the header with the id of the delivery; it is not signed
 * @since 0.1
 */
public record HmacFormat(
        String header,
        String algorithm,
        String encoding,
        String prefix,
        Optional<String> timestampHeader,
        Optional<String> idHeader) {
    private static final Map<String, String> ALGORITHMS =
            Map.of("sha1", "HmacSHA1", "sha256", "HmacSHA256", "sha512", "HmacSHA512");

    /** A token of RFC 9110, section 5.6.2. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");

    /** @throws IllegalArgumentException if a name of a header, the algorithm or the encoding is not valid */
    public HmacFormat {
        header = name("header", header);
        timestampHeader = timestampHeader.map(name -> name("timestampHeader", name));
        idHeader = idHeader.map(name -> name("idHeader", name));
        if (!ALGORITHMS.containsKey(algorithm)) {
            throw new IllegalArgumentException("algorithm must be sha1, sha256 or sha512, got '" + algorithm + "'");
        }
        if (!encoding.equals("hex") && !encoding.equals("base64")) {
            throw new IllegalArgumentException("encoding must be hex or base64, got '" + encoding + "'");
        }
    }

    private static String name(String field, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    field + " must be the name of a header, for example X-Signature, got '" + name + "'");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    SignatureKey key(byte[] secret) {
        return new HmacKey(ALGORITHMS.getOrDefault(algorithm, "HmacSHA256"), secret);
    }
}
