package dev.millrace.processors.script.internal.sandbox;

/** Why a script did not do what it was to do: it threw, met a limit, or is not one. The message is for the log of the stream. */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ScriptException(String message) {
        super(message);
    }
}
