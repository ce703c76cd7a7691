package dev.millrace.cli.internal.service;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace token}: manages access tokens in the data directory, whether a server runs on it or not. */
@Command(
        name = "token",
        description = {
            "Creates, lists and revokes the tokens of a service.",
            "After the first token was created, all callers need one, also with a server that is already running."
        },
        footer = {
            "  millrace token create --prefix /team --allow read,append --expires 30d",
            "  millrace token list",
            "  millrace token revoke 0f3a5c7e9b1d"
        })
public final class TokenCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a subcommand is missing; give create, list or revoke");
    }
}
