package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Chain;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.StreamKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/** A factory of the events that the service appends itself. */
public final class SystemEvents {
    private static final byte[] RAW_INPUT = "{\"rawInput\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] ERROR = ",\"error\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] REQUEST = ",\"request\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VERIFIED = ",\"verified\":".getBytes(StandardCharsets.UTF_8);

    private SystemEvents() {}

    /** The first event of a stream. Its metadata hold the incarnation, its payload the origin of a copy. */
    public static PreparedEvent initialized(StreamKey stream, String incarnation, Optional<ForkOrigin> forkedFrom) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("projectSlug", stream.project().value())
                .put("path", stream.path().value());
        forkedFrom.ifPresent(origin -> origin.writeTo(payload));
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.putObject("millrace").put("incarnation", incarnation);
        return input(
                BuiltInType.INITIALIZED,
                JsonCodec.write(payload),
                Optional.of(JsonCodec.write(metadata)),
                Optional.empty(),
                Chain.NONE);
    }

    /**
     * The event that announces a new stream on an ancestor. It has the chain of the event that created the stream, so
     * that reactions to announcements end too.
     */
    static PreparedEvent childCreated(StreamPath child, String key, Chain chain) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("childPath", child.value());
        return input(
                BuiltInType.CHILD_STREAM_CREATED,
                JsonCodec.write(payload),
                metadata(Optional.of(chain).filter(length -> !length.equals(Chain.NONE))),
                Optional.of(key),
                chain);
    }

    /** The event for an invalid input. */
    public static PreparedEvent invalid(InvalidInput input, Optional<Chain> chain) {
        byte[] error = JsonCodec.write(input.problems());
        int length = RAW_INPUT.length + input.raw().length + ERROR.length + error.length + 1;
        length += input.request().map(json -> REQUEST.length + json.length).orElse(0);
        length += input.verified().map(json -> VERIFIED.length + json.length).orElse(0);
        ByteBuffer payload = ByteBuffer.allocate(length); // it can be large
        payload.put(RAW_INPUT).put(input.raw()).put(ERROR).put(error);
        input.request().ifPresent(json -> payload.put(REQUEST).put(json));
        input.verified().ifPresent(json -> payload.put(VERIFIED).put(json));
        payload.put((byte) '}');
        return input(
                BuiltInType.INVALID_EVENT_APPENDED,
                payload.array(),
                metadata(chain),
                input.key(),
                chain.orElse(Chain.NONE));
    }

    private static Optional<byte[]> metadata(Optional<Chain> chain) {
        return chain.map(length -> ClaimedMetadata.with(length, Optional.empty()));
    }

    private static PreparedEvent input(
            BuiltInType type, byte[] payload, Optional<byte[]> metadata, Optional<String> key, Chain chain) {
        return new PreparedEvent(
                type.type(),
                key.map(EventKey::ofProcessor),
                OptionalLong.empty(),
                Optional.empty(),
                chain,
                EventBody.of(type.type(), payload, metadata, Optional.empty(), key));
    }
}
