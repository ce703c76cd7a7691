package dev.millrace.cli.internal.terminal;

/** A command could not do what it was asked for; the message is all the caller needs to know. */
public class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
