package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code millrace copy}: copies the log of a stream to a new stream, also of another server, by way of a temporary
 * file. So a long stream needs little memory.
 */
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
        Path log = Files.createTempFile("millrace-copy", ".ndjson");
        try (HttpEventStreams reading = clientOptions.connect();
                HttpEventStreams writing = targetOptions.connect(clientOptions)) {
            long events = read(reading, from, log);
            ClientOptions.await(writing.importEvents(to, log), PATIENCE);
            terminal.out()
                    .println("copied " + events + (events == 1 ? " event of " : " events of ") + from + " to " + to);
        } finally {
            Files.deleteIfExists(log);
        }
        return 0;
    }

    /** Writes the events up to the last one that the stream has now; returns their number. */
    private long read(HttpEventStreams streams, StreamPath path, Path log) throws Exception {
        if (ClientOptions.await(streams.list(path)).isEmpty()) { // a read would create it
            throw new CommandException("there is no stream " + path + "; name one that exists");
        }
        StreamPages pages = new StreamPages(streams, path);
        long end = pages.last();
        if (at > end && at < Long.MAX_VALUE) {
            throw new CommandException(
                    "--at is " + at + " and " + path + " ends at " + end + "; give an offset up to that");
        }
        long last = Math.min(at, end);
        List<Event> first = new ArrayList<>();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log))) {
            pages.read(0, last + 1, event -> {
                if (first.isEmpty()) {
                    first.add(event);
                }
                write(event, out);
            });
        }
        pages.read(0, 2, event -> requireSame(first, event));
        return last;
    }

    private static void write(Event event, OutputStream out) throws IOException {
        out.write(JsonCodec.write(JsonCodec.toTree(event)));
        out.write('\n');
    }

    /** If the stream was destroyed and created again, the pages are of two streams. */
    private static void requireSame(List<Event> first, Event now) {
        if (!first.equals(List.of(now))) {
            throw new CommandException(
                    "nothing was copied: " + now.path() + " was destroyed and created again meanwhile; repeat it");
        }
    }
}
