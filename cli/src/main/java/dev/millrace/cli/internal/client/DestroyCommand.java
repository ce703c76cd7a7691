package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.StreamPath;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace destroy}: deletes a stream. */
@Command(
        name = "destroy",
        description = "Deletes a stream with all its events, and prints what was deleted. This cannot be undone.",
        footer = {"  millrace destroy /demo/what-if", "  millrace destroy /demo --children"})
public final class DestroyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream.")
    private String path = "";

    @Option(names = "--children", description = "Also delete all streams below it.")
    private boolean children;

    public DestroyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = clientOptions.path(path);
        try (HttpEventStreams streams = clientOptions.connect()) {
            DestroyResult destroyed = ClientOptions.await(streams.destroy(stream, children));
            destroyed
                    .finalStates()
                    .forEach((gone, state) -> terminal.out().println(gone + "  " + state.eventCount() + " events"));
            if (destroyed.count() == 0) {
                terminal.note("there is no stream " + stream);
            }
        }
        return 0;
    }
}
