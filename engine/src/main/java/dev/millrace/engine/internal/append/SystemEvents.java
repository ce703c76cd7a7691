package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.StreamKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/** The events that the service writes itself. */
public final class SystemEvents {
    private SystemEvents() {}

    /** The first event of a stream; its metadata say which life of the stream begins, its payload where it was copied from. */
    public static PreparedEvent initialized(StreamKey stream, String incarnation, Optional<ForkOrigin> forkedFrom) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("projectSlug", stream.project().value())
                .put("path", stream.path().value());
        forkedFrom.ifPresent(origin -> payload.putObject("forkedFrom")
                .put("path", origin.path().value())
                .put("offset", origin.offset()));
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.putObject("millrace").put("incarnation", incarnation);
        return input(
                stream.path(),
                BuiltInType.INITIALIZED,
                JsonCodec.write(payload),
                Optional.of(JsonCodec.write(metadata)),
                Optional.empty());
    }

    /** What an ancestor hears of a new stream. */
    static PreparedEvent childCreated(StreamPath ancestor, StreamPath child, String key) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("childPath", child.value());
        return input(
                ancestor,
                BuiltInType.CHILD_STREAM_CREATED,
                JsonCodec.write(payload),
                Optional.empty(),
                Optional.of(key));
    }

    /**
     * An input that broke the rules, kept whole.
     *
     * @param raw the input, compact
     * @param problems what is wrong with it, one line a problem
     */
    public static PreparedEvent invalid(StreamPath path, byte[] raw, String problems) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream(raw.length + 128);
        payload.writeBytes("{\"rawInput\":".getBytes(StandardCharsets.UTF_8));
        payload.writeBytes(raw);
        payload.writeBytes(",\"error\":".getBytes(StandardCharsets.UTF_8));
        payload.writeBytes(JsonCodec.write(problems));
        payload.write('}');
        return input(
                path, BuiltInType.INVALID_EVENT_APPENDED, payload.toByteArray(), Optional.empty(), Optional.empty());
    }

    private static PreparedEvent input(
            StreamPath path, BuiltInType type, byte[] payload, Optional<byte[]> metadata, Optional<String> key) {
        return new PreparedEvent(
                type.type(),
                key,
                OptionalLong.empty(),
                Optional.empty(),
                EventJsonWriter.opening(path, type.type(), payload, metadata, key));
    }
}
