package dev.millrace.processors.script.internal.fetch;

/** Why a fetch failed, in words that a script may see: never the value of a header. */
final class FetchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FetchException(String message) {
        super("fetch failed: " + message);
    }
}
