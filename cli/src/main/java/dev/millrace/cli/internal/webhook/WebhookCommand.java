package dev.millrace.cli.internal.webhook;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace webhook}: helps with the webhooks that a stream receives. */
@Command(
        name = "webhook",
        description = "Checks the signatures of webhooks.",
        footer = {"  millrace webhook verify --scheme github --secret-file secret.txt < request.txt"})
public final class WebhookCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a subcommand is missing; give verify");
    }
}
