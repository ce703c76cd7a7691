package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace token}: who may do what. Works on the data directory, whether a server runs on it or not. */
@Command(
        name = "token",
        description = {
            "Makes, lists and revokes the tokens of a service.",
            "Once there was a token, every caller needs one; a running server notices at once."
        },
        footer = {
            "  millrace token create --prefix /team --allow read,append --expires 30d",
            "  millrace token list",
            "  millrace token revoke 0f3a5c7e9b1d"
        })
public final class TokenCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    public TokenCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The commands below this one. */
    public Object[] parts() {
        return new Object[] {
            new TokenCreateCommand(terminal), new TokenListCommand(terminal), new TokenRevokeCommand(terminal)
        };
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what about tokens? create, list or revoke");
    }
}
