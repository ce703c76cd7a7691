package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.Grant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace token list}: prints the rights of the tokens. */
@Command(
        name = "list",
        description = "Prints id, operations, stream, project and expiry of each token, but not the token itself.",
        footer = {"  millrace token list", "  millrace token list --data /var/lib/millrace"})
public final class TokenListCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final TokenStoreOptions file = new TokenStoreOptions();

    public TokenListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Grant> grants = file.open().list();
        for (Grant grant : grants) {
            boolean expired = grant.isExpired(Timers.system().now());
            terminal.out().println(grant.id() + "  " + describe(grant) + (expired ? " (expired)" : ""));
        }
        if (grants.isEmpty()) {
            terminal.note("there are no tokens");
        }
        return 0;
    }

    static String describe(Grant grant) {
        String operations =
                grant.operations().stream().sorted().map(Operation::word).collect(Collectors.joining(","));
        return operations + " on " + grant.prefix() + " of "
                + grant.project().map(ProjectSlug::value).orElse("every project")
                + grant.expiresAt().map(end -> " until " + JsonCodec.time(end)).orElse("");
    }
}
