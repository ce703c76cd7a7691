package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace token revoke}: revokes a token. */
@Command(
        name = "revoke",
        description =
                "Revokes a token at once. After the last one was revoked, no caller has access until you create another.",
        footer = {"  millrace token revoke 0f3a5c7e9b1d"})
public final class TokenRevokeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final TokenStoreOptions file = new TokenStoreOptions();

    @Parameters(index = "0", paramLabel = "ID", description = "Its id, as 'millrace token list' shows it.")
    private String id = "";

    public TokenRevokeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!file.open().revoke(id)) {
            throw new CommandException("there is no token " + id + "; 'millrace token list' prints the ids");
        }
        terminal.out().println("revoked " + id);
        return 0;
    }
}
