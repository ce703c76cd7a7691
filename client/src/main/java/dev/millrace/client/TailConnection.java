package dev.millrace.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Connected;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a tail: reads events and hands them to the subscriber, on the thread that reads the socket, so that
 * a subscriber who blocks stops the reading. Used by one thread, once.
 */
final class TailConnection extends EventSourceListener {
    private final StreamPath path;
    private final Subscriber subscriber;
    private final Position position;
    private final Call call;
    private final BooleanSupplier closed;
    private final long ownWatermark;
    private boolean caughtUp;
    private @Nullable Outcome outcome;

    /**
     * A connection whose answer has arrived.
     *
     * @param ownWatermark where to say caught up by ourselves, since the service will not; negative when it will
     */
    TailConnection(
            StreamPath path,
            Subscriber subscriber,
            Position position,
            Call call,
            BooleanSupplier closed,
            long ownWatermark) {
        this.path = path;
        this.subscriber = subscriber;
        this.position = position;
        this.call = call;
        this.closed = closed;
        this.ownWatermark = ownWatermark;
    }

    /** Reads until the connection ends, one way or another. */
    Outcome run(Connected connected, Response response) {
        deliver(null, () -> subscriber.onConnected(connected));
        catchUpByOurselves(null);
        if (outcome == null) {
            EventSources.processResponse(response, this);
        }
        return outcome == null ? orderlyEnd() : outcome;
    }

    @Override
    public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
        if (outcome != null || closed.getAsBoolean()) {
            stop(source); // what is still in the buffers is not delivered
        } else if (type == null || type.equals("message")) {
            event(source, data);
        } else if (type.equals("caught-up")) {
            caughtUp(source, data);
        } else if (type.equals("destroyed")) {
            outcome = Outcome.of(Outcome.Next.END);
            stop(source);
        } else if (type.equals("error")) {
            failed(source, "the service ended it: " + Failures.message(data), null);
        }
    }

    private void event(EventSource source, String data) {
        Event event;
        try {
            event = JsonCodec.toEvent(JsonCodec.parse(data));
        } catch (RuntimeException e) {
            failed(source, "it brought something that is no event (" + e.getMessage() + ")", e);
            return;
        }
        if (event.offset() <= position.delivered()) {
            return;
        }
        deliver(source, () -> subscriber.onEvent(event));
        if (outcome == null) {
            position.deliveredThrough(event.offset());
            catchUpByOurselves(source);
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
            failed(source, "its caught-up mark cannot be read (" + e.getMessage() + ")", e);
            return;
        }
        sayCaughtUp(source, watermark);
    }

    private void catchUpByOurselves(@Nullable EventSource source) {
        if (ownWatermark >= 0 && position.delivered() >= ownWatermark) {
            sayCaughtUp(source, ownWatermark);
        }
    }

    private void sayCaughtUp(@Nullable EventSource source, long watermark) {
        if (!caughtUp && outcome == null) {
            caughtUp = true;
            deliver(source, () -> subscriber.onCaughtUp(watermark));
        }
    }

    private void deliver(@Nullable EventSource source, Runnable callback) {
        if (closed.getAsBoolean()) {
            return;
        }
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            outcome = Outcome.of(Outcome.Next.END, e);
            stop(source);
        }
    }

    private void failed(EventSource source, String why, @Nullable Throwable cause) {
        StreamException failure = new StreamException(
                StreamException.Code.INTERNAL,
                path,
                "tail broke: " + path + " after offset " + position.delivered() + "; " + why + "; it is read again",
                cause);
        outcome = Outcome.of(Outcome.Next.RECONNECT, failure);
        stop(source);
    }

    /** Cancelling the call first keeps its answer from being drained for reuse. */
    private void stop(@Nullable EventSource source) {
        call.cancel();
        if (source != null) {
            source.cancel();
        }
    }

    @Override
    public void onFailure(EventSource source, @Nullable Throwable cause, @Nullable Response response) {
        if (outcome != null) {
            return;
        }
        Request request = call.request();
        outcome = Outcome.of(
                Outcome.Next.RECONNECT,
                cause instanceof IOException broken
                        ? Failures.unreachable("tail", path, request, broken)
                        : Failures.unreadable(
                                "tail", path, request, cause == null ? new IllegalStateException("no cause") : cause));
    }

    private Outcome orderlyEnd() {
        return Outcome.of(
                Outcome.Next.RECONNECT_AT_ONCE,
                new StreamException(
                        StreamException.Code.UNAVAILABLE,
                        path,
                        "tail ended: " + path + " after offset " + position.delivered()
                                + "; the service stopped, or the stream was destroyed; it is read again"));
    }
}
