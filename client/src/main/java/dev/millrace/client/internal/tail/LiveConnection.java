package dev.millrace.client.internal.tail;

import dev.millrace.client.internal.http.StreamExceptions;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.EventStreamInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a live tail. It reads frames and calls the subscriber on the thread that reads the socket, so that
 * a subscriber that blocks stops the reading. Used once, by one thread.
 */
abstract class LiveConnection extends EventSourceListener {
    private final StreamPath path;
    private final Call call;
    private final BooleanSupplier closed;
    private @Nullable ConnectionOutcome outcome;

    LiveConnection(StreamPath path, Call call, BooleanSupplier closed) {
        this.path = path;
        this.call = call;
        this.closed = closed;
    }

    /** Handles a frame that is not an error. */
    abstract void frame(EventSource source, @Nullable String id, String type, String data);

    /** The place after which the next connection continues, for messages. */
    abstract String where();

    final ConnectionOutcome read(Response response) {
        if (outcome == null) {
            EventSources.processResponse(withLineFeeds(response), this);
        }
        return outcome == null ? orderlyEnd() : outcome;
    }

    /** The parser reads the lines of an event only to an LF. */
    private static Response withLineFeeds(Response response) {
        ResponseBody body = response.body();
        InputStream lines = new EventStreamInput(body.byteStream());
        return response.newBuilder()
                .body(ResponseBody.create(Okio.buffer(Okio.source(lines)), body.contentType(), -1))
                .build();
    }

    @Override
    public final void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
        if (outcome != null || closed.getAsBoolean()) {
            stop(source); // frames that are still in the buffers are not delivered
        } else if ("error".equals(type)) {
            failed(source, "the service ended it: " + StreamExceptions.message(data), null);
        } else if (type != null || !data.isEmpty()) { // some proxies keep a connection open with empty frames
            frame(source, id, type == null ? "message" : type, data);
        }
    }

    final boolean isOpen() {
        return outcome == null;
    }

    final void deliver(@Nullable EventSource source, Runnable callback) {
        if (closed.getAsBoolean()) {
            return;
        }
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            outcome = ConnectionOutcome.of(ConnectionOutcome.Next.END, e);
            stop(source);
        }
    }

    /** Ends the subscription without a failure. */
    final void end(EventSource source) {
        outcome = ConnectionOutcome.of(ConnectionOutcome.Next.END);
        stop(source);
    }

    final void failed(EventSource source, String why, @Nullable Throwable cause) {
        StreamException failure = new StreamException(
                StreamException.Code.INTERNAL,
                path,
                "tail broke: " + path + " after " + where() + "; " + why + "; the client reconnects",
                cause);
        outcome = ConnectionOutcome.of(ConnectionOutcome.Next.RECONNECT, failure);
        stop(source);
    }

    /** Cancels the call first; otherwise its response is read to the end, to reuse the connection. */
    private void stop(@Nullable EventSource source) {
        call.cancel();
        if (source != null) {
            source.cancel();
        }
    }

    @Override
    public final void onFailure(EventSource source, @Nullable Throwable cause, @Nullable Response response) {
        if (outcome != null) {
            return;
        }
        outcome = ConnectionOutcome.of(
                ConnectionOutcome.Next.RECONNECT,
                StreamExceptions.unreachable("tail", path, call.request(), broken(cause)));
    }

    /** If a response ends within a line, the parser fails with another exception: it tries to read -1 bytes. */
    private static IOException broken(@Nullable Throwable cause) {
        if (cause instanceof IOException broken) {
            return broken;
        }
        EOFException end = new EOFException("it ended within a line");
        end.initCause(cause);
        return end;
    }

    private ConnectionOutcome orderlyEnd() {
        return ConnectionOutcome.of(
                ConnectionOutcome.Next.RECONNECT_AT_ONCE,
                new StreamException(
                        StreamException.Code.UNAVAILABLE,
                        path,
                        "tail ended: " + path + " after " + where()
                                + "; the service stopped, or the stream was destroyed; the client reconnects"));
    }
}
