package dev.millrace.tools.mcp;

/** A call that has failed; the model reads the message. */
final class ToolFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    ToolFailedException(String message) {
        super(message);
    }
}
