package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace token revoke}: a token is worth nothing any more. */
@Command(
        name = "revoke",
        description = "Ends a token at once. When it was the last one, nobody is let in until there is another.",
        footer = {"  millrace token revoke 0f3a5c7e9b1d"})
final class TokenRevokeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final TokenStoreOptions file = new TokenStoreOptions();

    @Parameters(index = "0", paramLabel = "ID", description = "Its id, as 'millrace token list' shows it.")
    private String id = "";

    TokenRevokeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!file.open().revoke(id)) {
            throw new CommandException("there is no token " + id + "; 'millrace token list' shows those there are");
        }
        terminal.out().println("revoked " + id);
        return 0;
    }
}
