package dev.millrace.client;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import java.time.Instant;
import okhttp3.Call;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A live subscription to a stream and everything below it, over one connection at a time. */
final class SubtreeTail extends LiveTail {
    private static final int BAD_REQUEST = 400;

    private final SubtreeSubscriber subscriber;
    private final SubtreePosition position = new SubtreePosition();

    SubtreeTail(TailPort port, StreamPath path, SubtreeSubscriber subscriber) {
        super(port, path);
        this.subscriber = subscriber;
    }

    @Override
    void connect() {
        Call call = port().tails().newCall(port().requests().subtree(path(), position.delivered()));
        begin(call, response -> answered(call, response));
    }

    @Override
    boolean takeMoved() {
        return position.takeMoved();
    }

    @Override
    void disconnected(Throwable cause) {
        subscriber.onDisconnected(cause);
    }

    @Override
    void ended(@Nullable Throwable failure) {
        subscriber.onEnd(failure);
    }

    private Outcome answered(Call call, Response response) {
        if (response.code() == BAD_REQUEST) {
            return unsupported(Failures.refused("subscribe", path(), response));
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
        Instant now = port().timers().now();
        Duration gap = connected(Greeting.of(response, now), now);
        return new SubtreeConnection(path(), subscriber, position, gap, call, this::isClosed).run(observed(response));
    }

    private Outcome unsupported(@Nullable StreamException refusal) {
        return Outcome.of(
                Outcome.Next.END,
                new UnsupportedOperationException(
                        "cannot follow the subtree of " + path()
                                + ": this service follows streams one by one; subscribe" + " to each",
                        refusal));
    }
}
