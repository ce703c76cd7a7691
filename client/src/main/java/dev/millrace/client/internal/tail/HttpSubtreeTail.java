package dev.millrace.client.internal.tail;

import dev.millrace.client.internal.http.StreamExceptions;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A live subscription to a stream and all streams below it, over one connection at a time. */
public final class HttpSubtreeTail extends ReconnectingTail {
    private static final int BAD_REQUEST = 400;

    private final SubtreeSubscriber subscriber;
    private final SubtreePosition position = new SubtreePosition();

    public HttpSubtreeTail(TailContext port, StreamPath path, SubtreeSubscriber subscriber) {
        super(port, path);
        this.subscriber = subscriber;
    }

    @Override
    public void connect() {
        Call call = port().tails().newCall(port().requests().subtree(path(), position.delivered()));
        begin(call, response -> answered(call, response));
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

    private ConnectionOutcome answered(Call call, Response response) {
        if (response.code() == BAD_REQUEST) {
            return unsupported(StreamExceptions.refused("subscribe", path(), response));
        }
        if (!response.isSuccessful()) {
            return refused(response);
        }
        if (!isEventStream(response)) {
            return notAnEventStream(call, response);
        }
        if (!Boolean.parseBoolean(response.header("Millrace-Subtree"))) {
            call.cancel();
            return unsupported(null);
        }
        Duration gap =
                connected(LiveResponseHeaders.of(response, port().timers().now()));
        return new SubtreeConnection(path(), subscriber, position, gap, call, this::isClosed).run(observed(response));
    }

    private ConnectionOutcome unsupported(@Nullable StreamException refusal) {
        return ConnectionOutcome.of(
                ConnectionOutcome.Next.END,
                new UnsupportedOperationException(
                        "cannot follow the subtree of " + path()
                                + ": this service does not support it; subscribe to each stream",
                        refusal));
    }
}
