package dev.millrace.server.webhook;

/** The headers of a request contain no signature that could be compared. The message says what is wrong with them. */
final class MalformedSignatureException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedSignatureException(String message) {
        super(message, null, false, false);
    }
}
