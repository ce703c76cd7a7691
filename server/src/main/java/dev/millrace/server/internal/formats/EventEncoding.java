package dev.millrace.server.internal.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** The forms in which events are sent. Each event is encoded on its own, so that a log of any length can be streamed. */
public enum EventEncoding implements ContentNegotiation.Offer {
    /** Server-sent events, each with its stored bytes. */
    EVENT_STREAM(": \n\n", "", "text/event-stream") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            out.writeBytes(("id: " + event.offset() + "\nevent: message\ndata: ").getBytes(UTF_8));
            out.writeBytes(event.json());
            out.writeBytes(new byte[] {'\n', '\n'});
        }
    },
    /** One indented array. */
    JSON("[", "\n]\n", "application/json") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            out.writeBytes((first ? "\n  " : ",\n  ").getBytes(UTF_8));
            for (byte b : JsonCodec.indent(event.json())) {
                out.write(b);
                if (b == '\n') { // in JSON text a line break is never inside a string
                    out.write(' ');
                    out.write(' ');
                }
            }
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
            out.writeBytes(YamlEncoder.document(event.json()));
        }
    },
    /** The page on which a person watches the stream; holds no events itself. */
    PAGE("", "", "text/html", "application/xhtml+xml") {
        @Override
        public void encode(EventRecord event, boolean first, ByteArrayOutputStream out) {
            throw new IllegalStateException("a page holds no events");
        }
    };

    /** What a read under {@code /api/streams/} can answer, the default first. */
    public static final List<EventEncoding> OF_STREAMS = List.of(EVENT_STREAM, JSON, LINES, YAML);

    /** What a read under a short URL can answer, the default first. */
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

    /** What the answer is sent as. */
    public String contentType() {
        return mediaTypes.get(0) + (this == PAGE ? "; charset=utf-8" : "");
    }

    /** Writes what stands before the first event. */
    public void begin(ByteArrayOutputStream out) {
        out.writeBytes(prologue);
    }

    /** Writes one event. */
    public abstract void encode(EventRecord event, boolean first, ByteArrayOutputStream out);

    /** Writes what stands after the last event. */
    public void end(boolean empty, ByteArrayOutputStream out) {
        out.writeBytes(empty && this == JSON ? "]\n".getBytes(UTF_8) : epilogue);
    }

    /** The frame that says that every event up to an offset has been sent. */
    public static byte[] caughtUp(long offset) {
        return ("event: caught-up\ndata: {\"offset\": " + offset + "}\n\n").getBytes(UTF_8);
    }

    /** The frame that says that the stream is no more, as opposed to the connection. */
    public static byte[] destroyed() {
        return "event: destroyed\ndata: {}\n\n".getBytes(UTF_8);
    }

    /** The frame of an event among those of a subtree, where its position is what a reader resumes from. */
    public static void encodeInSubtree(EventRecord event, ByteArrayOutputStream out) {
        out.writeBytes(("id: " + event.position() + "\nevent: message\ndata: ").getBytes(UTF_8));
        out.writeBytes(event.json());
        out.writeBytes(new byte[] {'\n', '\n'});
    }

    /** As {@link #caughtUp}, of a subtree. */
    public static byte[] caughtUpInSubtree(long position) {
        return ("id: " + position + "\nevent: caught-up\ndata: {\"offset\": " + position + "}\n\n").getBytes(UTF_8);
    }

    /** The frame that says where a stream of a subtree stands. */
    public static byte[] standing(EventStore.Standing standing) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("streamPath", standing.path().value())
                .put("incarnation", standing.head().incarnation())
                .put("offset", standing.head().lastOffset());
        return ("event: stream\ndata: " + JsonCodec.writeText(json) + "\n\n").getBytes(UTF_8);
    }

    /** The frame that says that a stream of a subtree is no more. */
    public static byte[] destroyed(StreamPath path) {
        return ("event: destroyed\ndata: {\"streamPath\":\"" + path + "\"}\n\n").getBytes(UTF_8);
    }

    /** The frame that says why an event stream ends too early. */
    public static byte[] error(byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("event: error\ndata: ".getBytes(UTF_8));
        out.writeBytes(json);
        out.writeBytes(new byte[] {'\n', '\n'});
        return out.toByteArray();
    }

    /** An empty comment: a sign of life that no reader sees. */
    public static byte[] comment() {
        return ": \n\n".getBytes(UTF_8);
    }
}
