package dev.millrace.cli;

import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.AccessTokens;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whose tokens a command is about. */
final class TokenFile {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".millrace",
            description = "The data directory of the service. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of(".millrace");

    AccessTokens open() {
        return AccessTokens.in(directory, Timers.system());
    }
}
