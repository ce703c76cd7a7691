package dev.millrace.processors.script.internal.sandbox;

/** Thrown if a script throws, exceeds a limit or is invalid. The message is recorded in the stream. */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ScriptException(String message) {
        super(message);
    }
}
