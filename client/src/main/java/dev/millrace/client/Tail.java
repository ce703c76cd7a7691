package dev.millrace.client;

import dev.millrace.core.Connected;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import java.io.IOException;
import java.time.Instant;
import java.util.OptionalLong;
import okhttp3.Call;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A live subscription to one stream. */
final class Tail extends LiveTail {
    private final Subscriber subscriber;
    private final Position position;
    private boolean asksState;
    private OptionalLong head = OptionalLong.empty();

    Tail(TailPort port, StreamPath path, long afterOffset, Subscriber subscriber) {
        super(port, path);
        this.subscriber = subscriber;
        this.position = new Position(afterOffset);
    }

    @Override
    void connect() {
        if (asksState && head.isEmpty()) {
            begin(port().calls().newCall(port().requests().state(path())), this::stateAnswered);
        } else {
            Call call = port().tails()
                    .newCall(port().requests().tail(path(), position.delivered(), position.wasConnected()));
            begin(call, response -> answered(call, response));
        }
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

    private Outcome stateAnswered(Response response) {
        if (!response.isSuccessful()) {
            return refused(response);
        }
        try {
            head = OptionalLong.of(Answers.state(response).eventCount());
            return Outcome.of(Outcome.Next.AGAIN);
        } catch (IOException e) {
            return Outcome.of(Outcome.Next.TRY_AGAIN, Failures.unreachable("subscribe", path(), response.request(), e));
        } catch (RuntimeException e) {
            return Outcome.of(Outcome.Next.TRY_AGAIN, Failures.unreadable("subscribe", path(), response.request(), e));
        }
    }

    private Outcome answered(Call call, Response response) {
        OptionalLong stateHead = head;
        head = OptionalLong.empty();
        if (!response.isSuccessful()) {
            return refused(response);
        }
        if (!isEventStream(response)) {
            return notAnEventStream(call, response);
        }
        Instant now = port().timers().now();
        Greeting greeting = Greeting.of(response, now);
        if (position.isOfAnotherLog(greeting.incarnation())) {
            call.cancel(); // or its log would be drained for reuse of the connection
            position.startOver();
            return Outcome.of(Outcome.Next.AGAIN);
        }
        if (greeting.watermark().isEmpty() && stateHead.isEmpty()) {
            call.cancel();
            asksState = true;
            return Outcome.of(Outcome.Next.AGAIN);
        }
        return run(call, response, greeting, stateHead, now);
    }

    private Outcome run(Call call, Response response, Greeting greeting, OptionalLong stateHead, Instant now) {
        position.connectedTo(greeting.incarnation());
        long ownWatermark = greeting.watermark().isPresent() ? -1 : stateHead.orElse(-1);
        TailConnection connection =
                new TailConnection(path(), subscriber, position, call, this::isClosed, ownWatermark);
        Connected connected = new Connected(
                greeting.incarnation(), greeting.watermark().orElse(stateHead.orElse(0)), connected(greeting, now));
        return connection.run(connected, observed(response));
    }
}
