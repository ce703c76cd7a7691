package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CliExceptionHandler;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.EventWriter;
import dev.millrace.cli.internal.terminal.OutputFormat;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace tail}: prints events live until Ctrl-C. */
@Command(
        name = "tail",
        description = "Prints new events of a stream live and reconnects if the connection is lost. Ctrl-C ends it.",
        footer = {
            "  millrace tail /demo/agent",
            "  millrace tail /demo/agent --after start",
            "  millrace tail /demo/agent --after 41 --format ndjson | jq .payload"
        })
public final class TailCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream, /demo/agent for example.")
    private String path = "";

    @Option(
            names = "--after",
            paramLabel = "N",
            defaultValue = "end",
            description = "Begin after this offset, at the 'start' or at the 'end'. Default: ${DEFAULT-VALUE}")
    private String after = "end";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "log",
            description = "log, yaml or ndjson. Default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.LOG;

    public TailCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (format == OutputFormat.JSON) {
            throw clientOptions.usage("a live tail has no end, so it cannot be a JSON array; use --format ndjson");
        }
        StreamPath stream = clientOptions.path(path);
        OptionalLong begin = begin();
        try (HttpEventStreams streams = clientOptions.connect()) {
            // Read first: a wrong address fails here; a subscription would retry for ever.
            long end = newestOffset(streams, stream);
            CompletableFuture<Void> ended = new CompletableFuture<>();
            streams.subscribe(stream, begin.orElse(end), new Printer(ended)); // closed with the client
            try {
                ended.get(); // no time limit: the user ends it
            } catch (ExecutionException e) {
                throw new CommandException(
                        "tail of " + stream + " stopped: "
                                + CliExceptionHandler.unwrapped(e).getMessage(),
                        e);
            }
        }
        return 0;
    }

    /** The offset of the last event; 0 if the stream does not exist and may not be created by a read. */
    private static long newestOffset(HttpEventStreams streams, StreamPath stream) throws Exception {
        ReadRange newest = ReadRange.builder().limit(1).descending(true).build();
        try {
            List<Event> last = ClientOptions.await(streams.read(stream, newest));
            return last.isEmpty() ? 0 : last.get(0).offset();
        } catch (StreamException e) {
            if (e.code() == StreamException.Code.STREAM_NOT_FOUND) {
                return 0;
            }
            throw e;
        }
    }

    /** The offset to begin after; empty for the end. */
    private OptionalLong begin() {
        if (after.equals("end")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(after.equals("start") ? 0 : Long.parseUnsignedLong(after));
        } catch (NumberFormatException e) {
            throw clientOptions.usage("--after must be an offset, 'start' or 'end', got '" + after + "'");
        }
    }

    private final class Printer implements Subscriber {
        private final EventWriter writer = format.to(terminal);
        private final CompletableFuture<Void> ended;

        Printer(CompletableFuture<Void> ended) {
            this.ended = ended;
        }

        @Override
        public void onEvent(Event event) {
            writer.write(event);
            if (terminal.out().checkError()) { // the reader of the output has closed it
                ended.complete(null);
            }
        }

        @Override
        public void onDisconnected(Throwable cause) {
            terminal.note("connection lost (" + TerminalText.printable(String.valueOf(cause.getMessage()))
                    + "); reconnecting");
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (failure == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(failure);
            }
        }
    }
}
