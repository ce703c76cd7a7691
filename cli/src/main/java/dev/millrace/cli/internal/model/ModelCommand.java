package dev.millrace.cli.internal.model;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace model}: looks at servers of models. */
@Command(
        name = "model",
        description = "Finds out what a server of models understands.",
        footer = "  millrace model probe http://127.0.0.1:11434/v1")
public final class ModelCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a subcommand is missing; give probe");
    }
}
