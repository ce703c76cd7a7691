package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace fork}: copies the beginning of a stream to a new one. */
@Command(
        name = "fork",
        description = {
            "Makes a new stream that begins with the events of another one.",
            "Processors that the copied events configure start with the first append to the new stream."
        },
        footer = {
            "  millrace fork /demo/agent --at 7 --to /demo/what-if",
            "  millrace append /demo/what-if --type agent-input-added \\",
            "      --payload '{\"role\": \"user\", \"content\": \"And without the tool?\"}'"
        })
public final class ForkCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream to copy from.")
    private String path = "";

    @Option(names = "--at", paramLabel = "N", required = true, description = "The offset of the last event to copy.")
    private long at;

    @Option(
            names = "--to",
            paramLabel = "PATH",
            required = true,
            description = "The new stream; it must not exist yet.")
    private String to = "";

    public ForkCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath from = clientOptions.path(path);
        StreamPath target = clientOptions.path(to);
        try (HttpEventStreams streams = clientOptions.connect()) {
            ClientOptions.await(streams.fork(from, at, target));
        }
        terminal.out().println(target + " is a copy of " + from + " up to offset " + at);
        return 0;
    }
}
