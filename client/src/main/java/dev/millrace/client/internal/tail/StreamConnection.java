package dev.millrace.client.internal.tail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import org.jspecify.annotations.Nullable;

/** One connection of a live tail of one stream. */
final class StreamConnection extends LiveConnection {
    private final Subscriber subscriber;
    private final StreamPosition position;
    private final long ownWatermark;
    private boolean caughtUp;

    /** {@code ownWatermark} is the offset at which to report caught-up; negative if the service reports it. */
    StreamConnection(
            StreamPath path,
            Subscriber subscriber,
            StreamPosition position,
            Call call,
            BooleanSupplier closed,
            long ownWatermark) {
        super(path, call, closed);
        this.subscriber = subscriber;
        this.position = position;
        this.ownWatermark = ownWatermark;
    }

    ConnectionOutcome run(ConnectionInfo connected, Response response) {
        deliver(null, () -> subscriber.onConnected(connected));
        reportCaughtUpAtOwnWatermark(null);
        return read(response);
    }

    @Override
    void frame(EventSource source, @Nullable String id, String type, String data) {
        if (type.equals("message")) {
            event(source, data);
        } else if (type.equals("caught-up")) {
            caughtUp(source, data);
        } else if (type.equals("destroyed")) {
            end(source);
        }
    }

    @Override
    String where() {
        return "offset " + position.delivered();
    }

    private void event(EventSource source, String data) {
        Event event;
        try {
            event = JsonCodec.readEvent(data.getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException e) {
            failed(source, "the service sent something that is not an event (" + e.getMessage() + ")", e);
            return;
        }
        if (event.offset() <= position.delivered()) {
            return;
        }
        deliver(source, () -> subscriber.onEvent(event));
        if (isOpen()) {
            position.deliveredThrough(event.offset());
            reportCaughtUpAtOwnWatermark(source);
        }
    }

    private void caughtUp(EventSource source, String data) {
        long watermark;
        try {
            JsonNode offset = JsonCodec.parse(data).path("offset");
            if (!offset.canConvertToLong()) {
                throw new IllegalArgumentException("'offset' is missing in " + data);
            }
            watermark = offset.longValue();
        } catch (IllegalArgumentException e) {
            failed(source, "the service sent a caught-up frame that cannot be read (" + e.getMessage() + ")", e);
            return;
        }
        reportCaughtUp(source, watermark);
    }

    private void reportCaughtUpAtOwnWatermark(@Nullable EventSource source) {
        if (ownWatermark >= 0 && position.delivered() >= ownWatermark) {
            reportCaughtUp(source, ownWatermark);
        }
    }

    private void reportCaughtUp(@Nullable EventSource source, long watermark) {
        if (!caughtUp && isOpen()) {
            caughtUp = true;
            deliver(source, () -> subscriber.onCaughtUp(watermark));
        }
    }
}
