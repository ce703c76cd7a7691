package dev.millrace.server.internal.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The formats of event answers. Each event is encoded on its own, so a log of any length can be streamed. */
public enum EventEncoding implements ContentNegotiation.Offer {
    /** Server-sent events, each with its stored bytes. */
    EVENT_STREAM(": \n\n", "", "text/event-stream") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            frame(event.offset(), event, out);
        }
    },
    /** One array with an event on each line, in its stored bytes; an event whose JSON has errors is written anew. */
    JSON("[", "\n]\n", "application/json") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            out.writeBytes((first ? "\n  " : ",\n  ").getBytes(UTF_8));
            byte[] json = event.json();
            out.writeBytes(JsonCodec.isValid(json) ? json : withTextAsPayload(json));
        }
    },
    /** One event a line, in its stored bytes. */
    LINES("", "", "application/x-ndjson", "application/ndjson", "application/jsonl") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            out.writeBytes(event.json());
            out.write('\n');
        }
    },
    /** One YAML document an event. */
    YAML("", "", "application/yaml", "text/yaml", "application/x-yaml") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            byte[] json = event.json();
            byte[] document;
            try {
                document = YamlEncoder.document(json);
            } catch (UncheckedIOException e) {
                document = YamlEncoder.document(withTextAsPayload(json));
            }
            out.writeBytes(document);
        }
    },
    /** The HTML page for watching a stream in a browser; it contains no events. */
    PAGE("", "", "text/html", "application/xhtml+xml") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            throw new IllegalStateException("a page holds no events");
        }
    };

    /** The formats of reads under {@code /api/streams/}, the default first. */
    public static final List<EventEncoding> OF_STREAMS = List.of(EVENT_STREAM, JSON, LINES, YAML);

    /** The formats of reads under a short URL, the default first. */
    public static final List<EventEncoding> OF_SHORT_URLS = List.of(EVENT_STREAM, JSON, LINES, YAML, PAGE);

    private final byte[] prologue;
    private final byte[] epilogue;
    private final List<String> mediaTypes;

    EventEncoding(String prologue, String epilogue, String... mediaTypes) {
        this.prologue = prologue.getBytes(UTF_8);
        this.epilogue = epilogue.getBytes(UTF_8);
        this.mediaTypes = List.of(mediaTypes);
    }

    @Override
    public List<String> mediaTypes() {
        return mediaTypes;
    }

    public String contentType() {
        return mediaTypes.get(0) + (this == PAGE ? "; charset=utf-8" : "");
    }

    public void begin(ByteArrayOutputStream out) {
        out.writeBytes(prologue);
    }

    public abstract void encode(EventRecord event, boolean first, ByteArrayOutputStream out);

    public void end(boolean empty, ByteArrayOutputStream out) {
        out.writeBytes(empty && this == JSON ? "]\n".getBytes(UTF_8) : epilogue);
    }

    /** An event of another version or program, whose JSON has errors. */
    private static byte[] withTextAsPayload(byte[] json) {
        return JsonCodec.write(JsonCodec.toTree(JsonCodec.readEvent(json)));
    }

    /** An SSE frame: all events up to an offset have been sent. */
    public static byte[] caughtUp(long offset) {
        return ("event: caught-up\ndata: {\"offset\": " + offset + "}\n\n").getBytes(UTF_8);
    }

    /** An SSE frame: the stream was destroyed. It tells a reader that this is more than a lost connection. */
    public static byte[] destroyed() {
        return "event: destroyed\ndata: {}\n\n".getBytes(UTF_8);
    }

    /** Writes an event of a subtree read; its SSE id is its position, from which a reader resumes. */
    public static void encodeInSubtree(EventRecord event, ByteArrayOutputStream out) {
        frame(event.position(), event, out);
    }

    /** The id is the last line: some clients keep it before the event is complete, and would then skip the event. */
    private static void frame(long id, EventRecord event, ByteArrayOutputStream out) {
        out.writeBytes("event: message\ndata: ".getBytes(UTF_8));
        out.writeBytes(event.json());
        out.writeBytes(("\nid: " + id + "\n\n").getBytes(UTF_8));
    }

    /** Like {@link #caughtUp}, for a subtree read. */
    public static byte[] caughtUpInSubtree(long position) {
        return ("event: caught-up\ndata: {\"offset\": " + position + "}\nid: " + position + "\n\n").getBytes(UTF_8);
    }

    /** An SSE frame: incarnation and last offset of one stream of a subtree. */
    public static byte[] standing(EventStore.Standing standing) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("streamPath", standing.path().value())
                .put("incarnation", standing.head().incarnation())
                .put("offset", standing.head().lastOffset());
        return ("event: stream\ndata: " + JsonCodec.writeText(json) + "\n\n").getBytes(UTF_8);
    }

    public static byte[] destroyed(StreamPath path) {
        return ("event: destroyed\ndata: {\"streamPath\":\"" + path + "\"}\n\n").getBytes(UTF_8);
    }

    /** An SSE frame: the error that ends the answer. */
    public static byte[] error(byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("event: error\ndata: ".getBytes(UTF_8));
        out.writeBytes(json);
        out.writeBytes(new byte[] {'\n', '\n'});
        return out.toByteArray();
    }

    /** An SSE comment, sent as heartbeat; clients ignore it. */
    public static byte[] comment() {
        return ": \n\n".getBytes(UTF_8);
    }
}
