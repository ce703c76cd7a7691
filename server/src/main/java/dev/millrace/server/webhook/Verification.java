package dev.millrace.server.webhook;

import java.util.Optional;

/**
 * What a {@link SignatureScheme} found out about a request. Immutable.
 *
 * @param outcome the result for programs
 * @param message the result in words; contains neither the secret nor the expected signature
 * @param deliveryId the id that the sender gave to this delivery, at most 255 visible ASCII characters. Empty unless
 *     the request is verified, or if it has no such id
 * @since 0.1
 */
public record Verification(Outcome outcome, String message, Optional<String> deliveryId) {
    /**
     * The results of a check. Only {@link #VERIFIED} says that the sender has the secret.
     *
     * @since 0.1
     */
    public enum Outcome {
        /** A signature is right, and its time is within the tolerance. */
        VERIFIED,
        /** There is no header with a signature. */
        UNSIGNED,
        /** There is a header, but no signature of the scheme in it, or a header that the signature needs is wrong. */
        MALFORMED,
        /** A signature is right, but its time is too far from the receiver's clock. */
        OUT_OF_TIME,
        /** No signature fits: another secret was used, or the body or a signed header changed. */
        DIFFERENT
    }

    static Verification failed(Outcome outcome, String message) {
        return new Verification(outcome, message, Optional.empty());
    }

    public boolean isVerified() {
        return outcome == Outcome.VERIFIED;
    }
}
