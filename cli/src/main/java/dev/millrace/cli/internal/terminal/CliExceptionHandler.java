package dev.millrace.cli.internal.terminal;

import dev.millrace.core.StreamException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * An exception handler for picocli: prints the error in one line to standard error, and the stack trace only with
 * {@code --verbose}.
 */
public final class CliExceptionHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final Terminal terminal;
    private final BooleanSupplier verbose;

    public CliExceptionHandler(Terminal terminal, BooleanSupplier verbose) {
        this.terminal = terminal;
        this.verbose = verbose;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        complain(
                failure, TerminalText.oneLine(String.valueOf(failure.getMessage())) + "; see '" + command + " --help'");
        return CommandLine.ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        Throwable cause = unwrapped(failure);
        complain(cause, explanation(cause));
        return CommandLine.ExitCode.SOFTWARE;
    }

    private void complain(Throwable failure, String text) {
        terminal.out().flush();
        terminal.note(text);
        if (verbose.getAsBoolean()) {
            failure.printStackTrace(terminal.err());
        }
    }

    private static String explanation(Throwable failure) {
        String message = failure.getMessage();
        boolean hasMessageForUsers = failure instanceof CommandException
                || failure instanceof StreamException
                || failure instanceof UncheckedIOException
                || failure instanceof IllegalStateException
                || failure instanceof IllegalArgumentException;
        if (message == null || !hasMessageForUsers) {
            return "unexpected " + TerminalText.oneLine(failure.toString())
                    + "; run it again with --verbose to see the stack trace";
        }
        return TerminalText.oneLine(message);
    }

    public static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause != null && (failure instanceof CompletionException || failure instanceof ExecutionException)
                ? unwrapped(cause)
                : failure;
    }
}
