package dev.millrace.cli.internal.demo;

import dev.millrace.cli.internal.chat.ApprovalDialog;
import dev.millrace.cli.internal.chat.InputLines;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.cli.internal.service.ProcessorSettingOptions;
import dev.millrace.cli.internal.terminal.LiveLogPrinter;
import dev.millrace.cli.internal.terminal.LogLineFormatter;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.EventStreams;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolHostState;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace demo}: a server with one agent, whose log is printed live. */
@Command(
        name = "demo",
        description = {
            "Starts a server with an agent that has two tools, sends it a message and prints its log live.",
            "Without OPENAI_API_KEY and OPENAI_BASE_URL a scripted model answers. A second run on the same data prints"
                    + " the old log and repeats nothing."
        },
        footer = {
            "  millrace demo",
            "  millrace demo \"What is 6 * 7?\"",
            "  millrace demo --once          ends when the agent has answered",
            "  millrace demo \"Take note: buy milk\"     calls a tool, and asks you first",
            "  OPENAI_API_KEY=... millrace demo \"Tell me about mill races.\""
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Path DEFAULT_DATA = Path.of(".millrace", "demo");
    private static final int DEFAULT_PORT = 4242;

    private final Terminal terminal;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MESSAGE",
            description = "The message to the agent. Default, if it has no message yet: " + DemoAgent.FIRST_MESSAGE)
    private @Nullable String message;

    @Option(names = "--once", description = "End after the answer of the agent, with 0, or with 1 if there is none.")
    private boolean once;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long --once waits for the answer. Default: ${DEFAULT-VALUE}")
    private int timeout;

    @Mixin
    private final DataDirectoryOptions data = new DataDirectoryOptions();

    @Option(
            names = "--port",
            paramLabel = "N",
            description =
                    "The port; 0 chooses a free one. Default: " + DEFAULT_PORT + ", or a free one if that is taken")
    private @Nullable Integer port;

    @Mixin
    private final ProcessorSettingOptions settings = new ProcessorSettingOptions();

    public DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if ((port != null && (port < 0 || port > 65535)) || timeout < 1) {
            throw data.usage("--port must be 0 to 65535, --timeout 1 or more");
        }
        LocalService.Listening listening =
                LocalService.Listening.locally(port == null ? DEFAULT_PORT : port, port == null);
        CompletableFuture<EventStreams> streams = new CompletableFuture<>();
        CompletableFuture<ToolHost> tools =
                CompletableFuture.supplyAsync(() -> DemoTools.host(streams), ProcessorRunner.sharedThreads());
        try (DemoModel model = DemoModel.start(terminal.environment());
                LocalService service = LocalService.start(
                        data.open(DEFAULT_DATA, terminal.environment()), settings.with(model.settings()), listening)) {
            service.stopWithProcess();
            greet(model, service.uri());
            streams.complete(service.streams());
            DemoAgent agent = new DemoAgent(service.streams());
            agent.attach();
            try (ProcessorRunner<ToolHostState> running = DemoTools.run(tools.join(), service.streams())) {
                agent.say(message);
                show(agent);
            }
        }
        return 0;
    }

    private void show(DemoAgent agent) throws Exception {
        LogLineFormatter line = new LogLineFormatter(ZoneId.systemDefault(), terminal.columns());
        LiveLogPrinter log = new LiveLogPrinter(terminal, line, terminal.isInteractive() && !once);
        if (once) {
            showAnswer(agent, log);
        } else if (terminal.isInteractive() && terminal.hasKeyboard()) {
            showToPerson(agent, log);
        } else {
            try (DemoAgent.Watch watch = agent.watch(log, () -> {})) {
                new CountDownLatch(1).await(); // until Ctrl-C; the shutdown hook stops the service
            }
        }
    }

    private void showAnswer(DemoAgent agent, LiveLogPrinter log) throws Exception {
        try (DemoAgent.Watch watch = agent.watch(log, () -> {})) {
            try {
                agent.awaitAnswer(Duration.ofSeconds(timeout));
            } finally {
                agent.awaitPrinted(watch);
            }
        }
    }

    /** Asks about the calls that need an approval, until Ctrl-C; the shutdown hook stops the service. */
    private void showToPerson(DemoAgent agent, LiveLogPrinter log) throws InterruptedException {
        Conversation talk = agent.conversation();
        ApprovalDialog dialog = new ApprovalDialog(terminal, talk, By.person(System.getProperty("user.name", "you")));
        BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
        try (DemoAgent.Watch watch = agent.watch(log, () -> steps.add(() -> dialog.ask(talk.approvals())))) {
            // No read before the first question: a terminal stops a process in the background that reads.
            while (!dialog.isOpen()) {
                Runnable look = steps.take();
                InputLines.discard(terminal.in());
                look.run();
            }
            InputLines.read(terminal, line -> steps.add(() -> dialog.answer(line)), () -> {});
            while (true) {
                steps.take().run();
            }
        }
    }

    private void greet(DemoModel model, URI uri) {
        PrintStream out = terminal.out();
        if (port == null && uri.getPort() != DEFAULT_PORT) {
            terminal.note("port " + DEFAULT_PORT + " is in use, so this demo listens on " + uri.getPort());
        }
        String agent = uri + DemoAgent.PATH.value();
        out.println("An agent at " + agent + " (" + data.describe(DEFAULT_DATA) + ")");
        out.println(model.describe());
        if (!once) {
            out.println("The demo runs until you stop it with Ctrl-C.");
            out.println();
            out.println("From another terminal, send a message, follow the log, or read the state:");
            out.println("  curl '" + agent + "' -H 'Content-Type: application/json' \\");
            out.println(
                    "    -d '{\"type\": \"agent-input-added\", \"payload\": {\"role\": \"user\", \"content\": \"What"
                            + " is 6 * 7?\"}}'");
            out.println("  curl -N '" + agent + "?live=true'");
            out.println("  curl '" + uri + "/api/streams/__state" + DemoAgent.PATH.value() + "'");
            out.println("The agent has two tools: one tells the disk space, one takes notes if you approve:");
            out.println("  millrace chat " + DemoAgent.PATH + url(uri));
            out.println("  > How much disk space is free?");
            out.println("  > Take note: buy milk");
        }
        out.println();
        out.flush();
    }

    private static String url(URI uri) {
        return uri.getPort() == DEFAULT_PORT ? "" : " --url " + uri;
    }
}
