package dev.millrace.server.webhook;

import java.util.List;

/** Where a scheme puts its signatures, and what they sign. Thread-safe. */
interface SignatureFormat {
    /** The most signatures of a request that are compared, so that a hostile request causes little work. */
    int MOST_SIGNATURES = 20;

    /** The header with the signatures, in lower case. */
    String header();

    /** Whether a signature has a time. */
    boolean hasTime();

    /**
     * Reads the signatures of a request that has the {@link #header()}; at least one, and at most
     * {@link #MOST_SIGNATURES}.
     *
     * @throws MalformedSignatureException if there is none, or another header that it needs is missing or wrong
     */
    List<SignedText> read(SignedRequest request) throws MalformedSignatureException;
}
