package dev.millrace.processors.script.internal.fetch;

/** Thrown if a fetch fails. The script sees the message, so it never contains the value of a header. */
final class FetchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FetchException(String message) {
        super("fetch failed: " + message);
    }
}
