package dev.millrace.processors.script;

/** Why a script did not do what it was to do: it threw, met a limit, or is not one. The message is for the log of the stream. */
final class ScriptFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScriptFailure(String message) {
        super(message);
    }
}
