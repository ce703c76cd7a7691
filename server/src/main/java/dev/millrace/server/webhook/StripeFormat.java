package dev.millrace.server.webhook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Elements {@code t=<unix seconds>,v1=<hex>,...}. Each {@code v1} is a signature; other versions do not count. Source:
 * Stripe's documentation, "Verify webhook signatures manually".
 */
final class StripeFormat implements SignatureFormat {
    /** Elements of one value that are read. */
    private static final int MOST_ELEMENTS = 100;

    @Override
    public String header() {
        return "stripe-signature";
    }

    @Override
    public boolean hasTime() {
        return true;
    }

    @Override
    public List<SignedText> read(SignedRequest request) throws MalformedSignatureException {
        List<SignedText> texts = new ArrayList<>();
        int left = MOST_SIGNATURES;
        for (String value : request.values(header())) {
            Optional<SignedText> text = left == 0 ? Optional.empty() : text(value, left);
            if (text.isPresent()) {
                texts.add(text.get());
                left -= text.get().signatures().size();
            }
        }
        if (texts.isEmpty()) {
            throw new MalformedSignatureException("the header stripe-signature must have one time 't=<unix seconds>'"
                    + " and a signature 'v1=<hexadecimal digits>', separated by commas");
        }
        return texts;
    }

    private static Optional<SignedText> text(String value, int most) {
        List<String> times = new ArrayList<>();
        List<byte[]> signatures = new ArrayList<>();
        for (String part : value.split(",", MOST_ELEMENTS)) {
            String element = part.strip();
            if (element.startsWith("t=")) {
                times.add(element.substring(2));
            } else if (element.startsWith("v1=") && signatures.size() < most) {
                HeaderText.hex(element.substring(3)).ifPresent(signatures::add);
            }
        }
        if (times.size() != 1 || signatures.isEmpty()) {
            return Optional.empty();
        }
        try {
            Instant time = HeaderText.time(times.get(0), "t");
            return Optional.of(new SignedText(times.get(0) + ".", signatures, Optional.of(time)));
        } catch (MalformedSignatureException e) {
            return Optional.empty(); // another value may have a time
        }
    }
}
