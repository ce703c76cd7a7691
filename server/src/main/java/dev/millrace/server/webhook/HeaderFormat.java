package dev.millrace.server.webhook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One signature in each value of a header, of the body or of a time and the body.
 *
 * @param prefix what stands before the signature
 * @param isHex whether the signature is in hexadecimal digits; otherwise in base64
 * @param timestampHeader the header with the time; empty if the body alone is signed
 * @param textStart what is signed before the time
 * @param textSeparator what is signed between the time and the body
 */
record HeaderFormat(
        String header,
        String prefix,
        boolean isHex,
        Optional<String> timestampHeader,
        String textStart,
        String textSeparator)
        implements SignatureFormat {
    /** Source: GitHub's documentation, "Validating webhook deliveries". */
    static final HeaderFormat GITHUB =
            new HeaderFormat("x-hub-signature-256", "sha256=", true, Optional.empty(), "", "");

    /** Source: Slack's documentation, "Verifying requests from Slack". */
    static final HeaderFormat SLACK =
            new HeaderFormat("x-slack-signature", "v0=", true, Optional.of("x-slack-request-timestamp"), "v0:", ":");

    static HeaderFormat of(HmacFormat format) {
        return new HeaderFormat(
                format.header(), format.prefix(), format.encoding().equals("hex"), format.timestampHeader(), "", ".");
    }

    @Override
    public boolean hasTime() {
        return timestampHeader.isPresent();
    }

    @Override
    public List<SignedText> read(SignedRequest request) throws MalformedSignatureException {
        List<byte[]> signatures = new ArrayList<>();
        request.values(header).stream()
                .map(String::strip)
                .filter(value -> value.startsWith(prefix))
                .map(value -> value.substring(prefix.length()))
                .limit(MOST_SIGNATURES)
                .forEach(text -> (isHex ? HeaderText.hex(text) : HeaderText.base64(text)).ifPresent(signatures::add));
        if (signatures.isEmpty()) {
            throw new MalformedSignatureException("the header " + header + " must be "
                    + (prefix.isEmpty() ? "" : "'" + prefix + "' and ") + "a signature in "
                    + (isHex ? "hexadecimal digits" : "base64"));
        }
        if (timestampHeader.isEmpty()) {
            return List.of(new SignedText("", signatures, Optional.empty()));
        }
        String text = HeaderText.one(request, timestampHeader.get());
        Instant time = HeaderText.time(text, "the header " + timestampHeader.get());
        return List.of(new SignedText(textStart + text + textSeparator, signatures, Optional.of(time)));
    }
}
