package dev.millrace.cli;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Destroyed;
import dev.millrace.core.StreamPath;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace destroy}: a stream is gone. */
@Command(
        name = "destroy",
        description = "Wipes a stream with everything in it, and prints what is gone. Nothing brings it back.",
        footer = {"  millrace destroy /demo/what-if", "  millrace destroy /demo --children"})
final class DestroyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final Remote remote = new Remote();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream.")
    private String path = "";

    @Option(names = "--children", description = "Everything below it as well.")
    private boolean children;

    DestroyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = remote.path(path);
        try (HttpEventStreams streams = remote.connect()) {
            Destroyed destroyed = Remote.await(streams.destroy(stream, children));
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
