package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace copy}: copies the log of a stream to a new stream, also of another server. */
@Command(
        name = "copy",
        description = {
            "Copies the events of a stream to a new stream: offsets, times, payloads and idempotency keys.",
            "Nothing happens again: processors that the events configure start with the first append to the copy."
                    + " It takes 'read' for SOURCE and 'admin' for TARGET."
        },
        footer = {
            "  millrace copy /demo/agent /demo/agent-copy",
            "  millrace copy /demo/agent /demo/agent --to-url https://mill.example.org",
            "  millrace copy /demo/agent /demo/agent --at 7 --to-project staging"
        })
public final class CopyCommand implements Callable<Integer> {
    /** To send the largest log through a slow network, and to store it. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Mixin
    private final TargetOptions targetOptions = new TargetOptions();

    @Parameters(index = "0", paramLabel = "SOURCE", description = "The stream to copy, /demo/agent for example.")
    private String source = "";

    @Parameters(index = "1", paramLabel = "TARGET", description = "The new stream; it must not exist yet.")
    private String target = "";

    @Option(names = "--at", paramLabel = "N", description = "The offset of the last event to copy. Default: the newest")
    private long at = Long.MAX_VALUE;

    public CopyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath from = clientOptions.path(source);
        StreamPath to = clientOptions.path(target);
        if (at < 1) {
            throw clientOptions.usage("--at must be 1 or more");
        }
        try (HttpEventStreams reading = clientOptions.connect();
                HttpEventStreams writing = targetOptions.connect(clientOptions);
                LogCopy log = new LogCopy(reading, from)) {
            long events = log.read(at);
            ClientOptions.await(writing.importEvents(to, log.file()), PATIENCE);
            terminal.out()
                    .println("copied " + events + (events == 1 ? " event of " : " events of ") + from + " to " + to);
        }
        return 0;
    }
}
