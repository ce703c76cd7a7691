package dev.millrace.cli.internal.terminal;

/** The failure of a command, with a message for the user; it is printed without a stack trace. */
public class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
