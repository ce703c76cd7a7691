package dev.millrace.processors.script;

/** Why a fetch failed, in words that a script may see: never the value of a header. */
final class FetchFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FetchFailure(String message) {
        super("fetch failed: " + message);
    }
}
