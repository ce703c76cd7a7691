package dev.millrace.server.webhook;

import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the values of headers that any caller may have sent. */
final class HeaderText {
    /** Longer texts than any signature. */
    private static final int MOST_CHARACTERS = 200;

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}");
    private static final Pattern ID = Pattern.compile("[!-~]{1,255}");

    private HeaderText() {}

    /** The only value of a header. */
    static String one(SignedRequest request, String header) throws MalformedSignatureException {
        List<String> values = request.values(header);
        if (values.size() != 1) {
            throw new MalformedSignatureException(
                    values.isEmpty()
                            ? "the header " + header + " is missing, and the signature needs it"
                            : "the header " + header + " must be there once, but there are " + values.size());
        }
        return values.get(0).strip();
    }

    static Instant time(String text, String where) throws MalformedSignatureException {
        if (!SECONDS.matcher(text).matches()) {
            throw new MalformedSignatureException(where + " must be a time in Unix seconds, for example 1767268800");
        }
        return Instant.ofEpochSecond(Long.parseLong(text));
    }

    /** An id of visible ASCII characters; empty if it is none. */
    static Optional<String> id(String text) {
        return Optional.of(text.strip()).filter(id -> ID.matcher(id).matches());
    }

    /** Hexadecimal digits of either case; empty if the text is none. */
    static Optional<byte[]> hex(String text) {
        try {
            return isOfSignature(text) ? Optional.of(HexFormat.of().parseHex(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Base64 with padding. Each signature has one text: bits that are not used must be zero. */
    static Optional<byte[]> base64(String text) {
        try {
            byte[] bytes = isOfSignature(text) ? Base64.getDecoder().decode(text) : new byte[0];
            String written = Base64.getEncoder().encodeToString(bytes);
            return bytes.length > 0 && written.equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isOfSignature(String text) {
        return !text.isEmpty() && text.length() <= MOST_CHARACTERS;
    }
}
