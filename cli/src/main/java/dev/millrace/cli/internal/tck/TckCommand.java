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

/** {@code millrace tck}: whether a service keeps the promises of the wire. */
@Command(
        name = "tck",
        description = {
            "Checks a service over its wire, whoever wrote it, and prints a line for each check.",
            "It appends to streams below /test and to /, and leaves them there. What needs a restart of the service, or"
                    + " one that was started in a certain way, is skipped and says so."
        },
        footer = {
            "  millrace tck http://127.0.0.1:4242",
            "  millrace tck http://127.0.0.1:4242 --only append,read",
            "  millrace tck http://127.0.0.1:4242 --junit-report target/tck.xml"
        })
public final class TckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "URL", description = "The service, http://127.0.0.1:4242 for example.")
    private String url = "";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:MILLRACE_TOKEN:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "The token to send, where one is needed; MILLRACE_TOKEN sets it as well, and shows less.")
    private String token = "";

    @Option(
            names = "--only",
            paramLabel = "SUITE",
            split = ",",
            description =
                    "Only these suites: append, offset, path, read, state, surface, robustness, breaker, schedule,"
                            + " transformer, worker, secret.")
    private List<String> only = List.of();

    @Option(
            names = "--junit-report",
            paramLabel = "FILE",
            description = "Writes the results there as well, in the XML that build servers read.")
    private @Nullable Path report;

    @Option(
            names = "--heartbeat",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "How long the service may say nothing on an idle live read. Default: ${DEFAULT-VALUE}")
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
                            "the checks are not installed: there is no millrace-contracts on the class path, and none in "
                                    + home().resolve(ToolLoader.DIRECTORY)
                                    + "; build the checkout again, or copy it there"));
            return tools.run(tck, terminal.writer(), terminal.errorWriter(), arguments);
        }
    }

    /** The directory that holds the jar of this command. */
    private static Path home() {
        try {
            URI here = TckCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(here).resolveSibling("");
        } catch (URISyntaxException e) {
            throw new CommandException("cannot tell where this command is installed: " + e.getMessage(), e);
        }
    }
}
