package dev.millrace.client.internal.tail;

import dev.millrace.client.internal.http.ResponseDecoder;
import dev.millrace.client.internal.http.StreamExceptions;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import java.io.IOException;
import java.util.OptionalLong;
import okhttp3.Call;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A live subscription to one stream. */
public final class HttpStreamTail extends ReconnectingTail {
    private static final int NO_CONTENT = 204;

    private final Subscriber subscriber;
    private final StreamPosition position;
    private boolean asksState;
    private OptionalLong head = OptionalLong.empty();

    public HttpStreamTail(TailContext port, StreamPath path, long afterOffset, Subscriber subscriber) {
        super(port, path);
        this.subscriber = subscriber;
        this.position = new StreamPosition(afterOffset);
    }

    @Override
    public void connect() {
        if (asksState && head.isEmpty()) {
            begin(port().calls().newCall(port().requests().state(path())), this::stateAnswered);
        } else {
            Call call = port().tails()
                    .newCall(port().requests().tail(path(), position.delivered(), position.wasConnected()));
            begin(call, response -> answered(call, response));
        }
    }

    @Override
    boolean takeHasMoved() {
        return position.takeHasMoved();
    }

    @Override
    void disconnected(Throwable cause) {
        subscriber.onDisconnected(cause);
    }

    @Override
    void ended(@Nullable Throwable failure) {
        subscriber.onEnd(failure);
    }

    private ConnectionOutcome stateAnswered(Response response) {
        if (!response.isSuccessful()) {
            return refused(response);
        }
        try {
            head = OptionalLong.of(ResponseDecoder.state(response).eventCount());
            return ConnectionOutcome.of(ConnectionOutcome.Next.AGAIN);
        } catch (IOException e) {
            return ConnectionOutcome.of(
                    ConnectionOutcome.Next.TRY_AGAIN,
                    StreamExceptions.unreachable("subscribe", path(), response.request(), e));
        } catch (RuntimeException e) {
            return ConnectionOutcome.of(
                    ConnectionOutcome.Next.TRY_AGAIN,
                    StreamExceptions.unreadable("subscribe", path(), response.request(), e));
        }
    }

    private ConnectionOutcome answered(Call call, Response response) {
        OptionalLong stateHead = head;
        head = OptionalLong.empty();
        if (!response.isSuccessful()) {
            return refused(response);
        }
        if (response.code() == NO_CONTENT && call.request().header("Last-Event-ID") != null) {
            return ConnectionOutcome.of(ConnectionOutcome.Next.END); // the stream was destroyed
        }
        if (!isEventStream(response)) {
            return notAnEventStream(call, response);
        }
        LiveResponseHeaders liveResponseHeaders =
                LiveResponseHeaders.of(response, port().timers().now());
        if (position.isOfAnotherLog(liveResponseHeaders.incarnation())) {
            call.cancel(); // otherwise the response is read to the end, to reuse the connection
            position.startOver();
            return ConnectionOutcome.of(ConnectionOutcome.Next.AGAIN);
        }
        if (liveResponseHeaders.watermark().isEmpty() && stateHead.isEmpty()) {
            call.cancel();
            asksState = true;
            return ConnectionOutcome.of(ConnectionOutcome.Next.AGAIN);
        }
        return run(call, response, liveResponseHeaders, stateHead);
    }

    private ConnectionOutcome run(
            Call call, Response response, LiveResponseHeaders liveResponseHeaders, OptionalLong stateHead) {
        position.connectedTo(liveResponseHeaders.incarnation());
        long ownWatermark = liveResponseHeaders.watermark().isPresent() ? -1 : stateHead.orElse(-1);
        StreamConnection connection =
                new StreamConnection(path(), subscriber, position, call, this::isClosed, ownWatermark);
        ConnectionInfo connected = new ConnectionInfo(
                liveResponseHeaders.incarnation(),
                liveResponseHeaders.watermark().orElse(stateHead.orElse(0)),
                connected(liveResponseHeaders));
        return connection.run(connected, observed(response));
    }
}
