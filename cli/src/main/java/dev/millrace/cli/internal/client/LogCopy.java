package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy of the log of a stream in a temporary file, one event a line. So a long stream needs little memory, and nothing
 * is sent if it cannot be read to its end. Not thread-safe.
 */
final class LogCopy implements AutoCloseable {
    private final EventStreams streams;
    private final StreamPath path;
    private final Path file;

    LogCopy(EventStreams streams, StreamPath path) throws IOException {
        this.streams = streams;
        this.path = path;
        this.file = Files.createTempFile("millrace-copy", ".ndjson");
    }

    /**
     * Writes the events up to an offset, {@link Long#MAX_VALUE} for the last one that the stream has now.
     *
     * @return the number of events
     * @throws CommandException if there is no such stream, if it ends before the offset, or if it was replaced meanwhile
     */
    long read(long at) throws Exception {
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
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            pages.read(0, last + 1, event -> {
                if (first.isEmpty()) {
                    first.add(event);
                }
                out.write(JsonCodec.write(JsonCodec.toTree(event)));
                out.write('\n');
            });
        }
        List<Event> now = new ArrayList<>();
        pages.read(0, 2, now::add);
        if (!now.equals(first)) { // else the pages are of two streams
            throw new CommandException(
                    "nothing was copied: " + path + " was destroyed and created again meanwhile; repeat it");
        }
        return last;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
