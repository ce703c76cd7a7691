package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.MemoryBudget;
import dev.millrace.tools.mcp.McpProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace serve}: runs a server until the process is told to end. */
@Command(
        name = "serve",
        description = {
            "Runs a server. It prints one line with its address when it accepts requests; SIGTERM or Ctrl-C stops it.",
            "OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL and OPENAI_WIRE configure the model of the agent processor. With"
                    + " AGENT_PROVIDER=anthropic, ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and ANTHROPIC_MODEL do.",
            "MILLRACE_SECRET_KEY encrypts secrets (32 bytes in Base64; without it, a key is created in the data directory)."
        },
        footer = {
            "  millrace serve",
            "  millrace serve --data /var/lib/millrace --port 8080",
            "  millrace serve --in-memory --port 0",
            "  millrace serve --classpath reminders/target/classes",
            "  millrace serve --mcp mcp.json",
            "  millrace serve --allow-egress api.example.com --allow-webhook hooks.internal",
            "  curl http://127.0.0.1:4242/ann/agent1 -d '{\"type\": \"user-said\", \"payload\": {\"text\": \"hi\"}}' \\",
            "      -H 'Content-Type: application/json'"
        })
public final class ServeCommand implements Callable<Integer> {
    private static final Path DEFAULT_DATA = Path.of(".millrace");

    private final Terminal terminal;

    private enum BareRead {
        FINITE,
        LIVE
    }

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on. Default: " + LocalService.Listening.LOOPBACK)
    private String host = LocalService.Listening.LOOPBACK;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "4242",
            description = "The port; 0 chooses a free one. Default: ${DEFAULT-VALUE}")
    private int port;

    @Mixin
    private final DataDirectoryOptions data = new DataDirectoryOptions();

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            split = ",",
            description = "A web origin whose pages may call this server, for example https://app.example.")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            split = ",",
            description =
                    "A further name under which this server may be called; localhost and its address always work.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--bare-read",
            paramLabel = "MODE",
            defaultValue = "finite",
            description =
                    "finite or live: whether a read under /api/streams/ ends or stays open if neither a parameter nor a"
                            + " header says so. Default: ${DEFAULT-VALUE}")
    private BareRead bareRead = BareRead.FINITE;

    @Option(
            names = "--insecure",
            description =
                    "Allow an address that other machines can reach although there is no token: then each caller may do"
                            + " everything.")
    private boolean insecure;

    @Option(
            names = "--classpath",
            paramLabel = "DIR",
            description =
                    "Your processors: jars and directories of classes, separated as in a class path; DIR/* means all"
                            + " jars in DIR. Can be given more than once.")
    private List<String> classPath = new ArrayList<>();

    @Option(
            names = "--mcp",
            paramLabel = "FILE",
            description =
                    "A JSON file of MCP servers whose tools agents may use, with the key mcpServers as other MCP clients"
                            + " have it.")
    private @Nullable Path mcp;

    @Mixin
    private final ServiceLimitOptions limits = new ServiceLimitOptions();

    @Mixin
    private final ProcessorSettingOptions settings = new ProcessorSettingOptions();

    public ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65535) {
            throw data.usage("--port must be 0 to 65535, got " + port);
        }
        LocalService.Listening listening =
                new LocalService.Listening(host, port, false, origins, hosts, bareRead == BareRead.LIVE, limits);
        if (!insecure && !listening.isLoopback() && data.usableTokens(DEFAULT_DATA) == 0) {
            throw data.usage("--host " + host
                    + " can be reached by other machines, but there is no token; create one with"
                    + " 'millrace token create', listen on " + LocalService.Listening.LOOPBACK + ", or add --insecure");
        }
        requireHeap(MemoryBudget.ofHeap().bytes());
        Map<String, String> all = settings.with(ModelProviderSettings.from(terminal.environment()));
        if (mcp != null) {
            all.put(McpProvider.SETTING, McpFile.setting(mcp, terminal.environment()));
        }
        // The class loader stays open until the process ends.
        List<ProcessorProvider> processors =
                ProcessorClasspath.open(classPath, terminal.environment()).hosted();
        LocalService service =
                LocalService.start(data.open(DEFAULT_DATA, terminal.environment()), processors, all, listening);
        service.stopWithProcess();
        DescriptorLimit.warning(limits.maxReaders()).ifPresent(terminal::note);
        terminal.out()
                .println("memory for requests: " + (MemoryBudget.ofHeap().bytes() >> 20)
                        + " MiB, half of the heap (-Xmx in MILLRACE_JAVA_OPTS)");
        terminal.out().println("millrace is listening on " + service.uri() + " (" + data.describe(DEFAULT_DATA) + ")");
        terminal.out().flush();
        new CountDownLatch(1).await(); // until the process is told to end; the shutdown hook stops the service
        return 0;
    }

    /** Refuses a heap in which not every allowed event can be appended. */
    static void requireHeap(long budget) {
        if (budget < MemoryBudget.SMALLEST_FOR_ALL_EVENTS) {
            throw new CommandException(
                    "cannot serve: the heap has " + ((budget * 2) >> 20) + " MiB, and a server needs "
                            + ((MemoryBudget.SMALLEST_FOR_ALL_EVENTS * 2) >> 20)
                            + " MiB or more; set MILLRACE_JAVA_OPTS=-Xmx256m");
        }
    }
}
