package dev.millrace.cli.internal.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.cli.internal.terminal.YamlDocument;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.log.SecretRedaction;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * An export of a stream to a log file, by way of a temporary file. So a long stream needs little memory, the header can
 * count the events, and a failure leaves no incomplete log. Not thread-safe.
 */
final class LogExport implements AutoCloseable {
    private final StreamPages pages;
    private final StreamPath path;
    private final Optional<SecretRedaction> redaction;
    private final Path body;
    private long events;
    private long firstOffset;
    private long lastOffset;
    private long redacted;

    /** Creates the temporary file first, so that a failure is found before the first read. */
    LogExport(EventStreams streams, StreamPath path, Optional<SecretRedaction> redaction) throws IOException {
        this.pages = new StreamPages(streams, path);
        this.path = path;
        this.redaction = redaction;
        this.body = Files.createTempFile("millrace-recording", ".yaml");
    }

    /** Reads the events between two exclusive offsets, up to the last event that the stream has now. */
    void read(long after, long before) throws Exception {
        try (BufferedWriter out = Files.newBufferedWriter(body)) {
            pages.read(after, Math.min(before, pages.last() + 1), event -> out.write(text(event)));
        }
    }

    private String text(Event event) {
        ObjectNode json = JsonCodec.toTree(event);
        if (redaction.isPresent()) {
            SecretRedaction.Redacted clean = redaction.get().redact(json);
            json = clean.event();
            redacted += clean.replaced();
        }
        firstOffset = events == 0 ? event.offset() : firstOffset;
        lastOffset = event.offset();
        events++;
        return YamlDocument.of(json);
    }

    /** The comment at the top of the log. */
    String header(ProjectSlug project, long after, long before, Instant now) {
        String asked = (after > 0 ? ", after " + after : "") + (before < Long.MAX_VALUE ? ", before " + before : "");
        String offsets = events == 0 ? "none" : events + ", offsets " + firstOffset + " to " + lastOffset;
        String secrets = redaction.isEmpty() ? "not looked for (--no-redact)" : redacted + " redacted";
        return "# stream: " + TerminalText.printable(path.value()) + "\n# project: " + project + "\n# events: "
                + offsets + asked + "\n# recorded: " + JsonCodec.time(now) + "\n# secrets: " + secrets + "\n";
    }

    void writeTo(String header, OutputStream out) throws IOException {
        out.write(header.getBytes(StandardCharsets.UTF_8));
        Files.copy(body, out);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(body);
    }

    @Override
    public String toString() {
        return events + (events == 1 ? " event" : " events") + " of " + path
                + (redaction.isEmpty() ? "" : ", " + redacted + " secrets redacted,");
    }
}
