package dev.millrace.client.internal.tail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import org.jspecify.annotations.Nullable;

/** One connection of a live tail of a subtree. */
final class SubtreeConnection extends LiveConnection {
    private final SubtreeSubscriber subscriber;
    private final SubtreePosition position;
    private final Duration gap;

    SubtreeConnection(
            StreamPath path,
            SubtreeSubscriber subscriber,
            SubtreePosition position,
            Duration gap,
            Call call,
            BooleanSupplier closed) {
        super(path, call, closed);
        this.subscriber = subscriber;
        this.position = position;
        this.gap = gap;
    }

    ConnectionOutcome run(Response response) {
        deliver(null, () -> subscriber.onConnected(gap));
        return read(response);
    }

    @Override
    void frame(EventSource source, @Nullable String id, String type, String data) {
        Runnable callback;
        long reached;
        try {
            switch (type) {
                case "message" -> {
                    reached = position(id);
                    Event event = JsonCodec.readEvent(data.getBytes(StandardCharsets.UTF_8));
                    if (position.hasSeen(reached)) {
                        return;
                    }
                    callback = () -> subscriber.onEvent(event);
                }
                case "caught-up" -> {
                    reached = position(id);
                    callback = subscriber::onCaughtUp;
                }
                case "stream" -> {
                    reached = -1;
                    callback = stream(JsonCodec.parse(data));
                }
                case "destroyed" -> {
                    reached = -1;
                    StreamPath path = path(JsonCodec.parse(data));
                    callback = () -> subscriber.onDestroyed(path);
                }
                default -> {
                    return;
                }
            }
        } catch (RuntimeException e) {
            failed(source, "the service sent a frame that cannot be read (" + e.getMessage() + ")", e);
            return;
        }
        deliver(source, callback);
        if (isOpen() && reached >= 0) {
            position.deliveredThrough(reached);
        }
    }

    private Runnable stream(JsonNode json) {
        StreamPath path = path(json);
        if (!json.path("offset").canConvertToLong()) {
            throw new IllegalArgumentException("'offset' is missing in " + json);
        }
        ConnectionInfo connected = new ConnectionInfo(
                json.path("incarnation").asText(), json.path("offset").longValue(), gap);
        return () -> subscriber.onStream(path, connected);
    }

    private static StreamPath path(JsonNode json) {
        if (!json.path("streamPath").isTextual()) {
            throw new IllegalArgumentException("'streamPath' is missing in " + json);
        }
        return StreamPath.of(json.path("streamPath").textValue());
    }

    private static long position(@Nullable String id) {
        if (id == null || !id.matches("\\d{1,18}")) {
            throw new IllegalArgumentException("its id is not a position: " + id);
        }
        return Long.parseLong(id);
    }

    @Override
    String where() {
        return position.delivered().isPresent()
                ? "position " + position.delivered().getAsLong()
                : "nothing";
    }
}
