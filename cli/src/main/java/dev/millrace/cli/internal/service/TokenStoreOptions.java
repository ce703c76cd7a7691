package dev.millrace.cli.internal.service;

import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.AccessTokens;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The picocli option for the data directory that has the tokens. */
final class TokenStoreOptions {
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
