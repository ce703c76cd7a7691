package dev.millrace.cli.internal.tck;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace tck}: checks that a service follows the wire protocol. */
@Command(
        name = "tck",
        description = {
            "Checks any service over HTTP and prints one line per check.",
            "It appends to streams below /test and to /, and does not delete them. Checks that need a restart or"
                    + " special options of the service are reported as skipped."
        },
        footer = {
            "  millrace tck http://127.0.0.1:4242",
            "  millrace tck http://127.0.0.1:4242 --only append,read",
            "  millrace tck http://127.0.0.1:4242 --junit-report target/tck.xml"
        })
public final class TckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "URL", description = "The service, for example http://127.0.0.1:4242.")
    private String url = "";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:MILLRACE_TOKEN:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "The token, if the service requires one; MILLRACE_TOKEN is safer: it is in no process list.")
    private String token = "";

    @Option(
            names = "--only",
            paramLabel = "SUITE",
            split = ",",
            description =
                    "Only these suites: append, offset, path, read, state, surface, robustness, breaker, schedule,"
                            + " transformer, worker, secret, slice.")
    private List<String> only = List.of();

    @Option(
            names = "--junit-report",
            paramLabel = "FILE",
            description = "Also write the results to this file, as JUnit XML.")
    private @Nullable Path report;

    @Option(
            names = "--heartbeat",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "After how long without data an idle live read counts as broken. Default: ${DEFAULT-VALUE}")
    private String heartbeat = "";

    public TckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        List<String> arguments = new ArrayList<>(List.of(url, "--heartbeat", heartbeat));
        if (!token.isEmpty()) {
            arguments.addAll(List.of("--token", token));
        }
        if (!only.isEmpty()) {
            arguments.addAll(List.of("--only", String.join(",", only)));
        }
        if (report != null) {
            arguments.addAll(List.of("--junit-report", report.toString()));
        }
        try (ToolLoader tools = ToolLoader.beside(home())) {
            ToolProvider tck = tools.find("millrace-tck")
                    .orElseThrow(() -> new CommandException(
                            "the checks are not installed: millrace-contracts is neither on the class path nor in "
                                    + home().resolve(ToolLoader.DIRECTORY)
                                    + "; build the checkout again, or copy the jar into that directory"));
            return tools.run(tck, terminal.writer(), terminal.errorWriter(), arguments);
        }
    }

    private static Path home() {
        try {
            URI here = TckCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(here).resolveSibling("");
        } catch (URISyntaxException e) {
            throw new CommandException("cannot find out where this command is installed: " + e.getMessage(), e);
        }
    }
}
