package dev.millrace.client;

import dev.millrace.core.Connected;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A live subscription that outlives its connections.
 *
 * <p>It is always one thread's turn: the thread of the call that is under way, or nobody's while a timer runs. Whoever
 * has the turn calls the subscriber and owns every field but those under the lock. The lock only answers who says the
 * last word: the call that is under way, or, when there is none, {@link #close()}.
 */
final class Tail implements Subscription {
    private static final System.Logger LOG = System.getLogger("dev.millrace.client");

    private final TailPort port;
    private final StreamPath path;
    private final Subscriber subscriber;
    private final Position position;
    private final ServerClock clock = new ServerClock();
    private int failures;
    private boolean asksState;
    private OptionalLong head = OptionalLong.empty();
    private Instant connectedAt = Instant.MAX;

    private final Object lock = new Object();
    private volatile boolean closed; // written under the lock
    private @Nullable Call underWay; // under the lock
    private Timers.@Nullable Timer timer; // under the lock

    Tail(TailPort port, StreamPath path, long afterOffset, Subscriber subscriber) {
        this.port = port;
        this.path = path;
        this.subscriber = subscriber;
        this.position = new Position(afterOffset);
    }

    /** Begins the next attempt; never blocks. */
    void connect() {
        if (asksState && head.isEmpty()) {
            begin(port.calls().newCall(port.requests().state(path)), this::stateAnswered);
        } else {
            Call call = port.tails().newCall(port.requests().tail(path, position.delivered(), position.wasConnected()));
            begin(call, response -> answered(call, response));
        }
    }

    /** Gives the turn to a call. */
    private void begin(Call call, Turn turn) {
        synchronized (lock) {
            if (closed) {
                return; // close() found nothing under way and says the last word
            }
            underWay = call;
            timer = null;
        }
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                take(() ->
                        Outcome.of(Outcome.Next.TRY_AGAIN, Failures.unreachable("subscribe", path, call.request(), e)));
            }

            @Override
            public void onResponse(Call answered, Response response) {
                take(() -> {
                    try (response) {
                        return turn.on(response);
                    }
                });
            }
        });
    }

    /** What to do with an answer. */
    private interface Turn {
        Outcome on(Response response);
    }

    private void take(Supplier<Outcome> turn) {
        Outcome outcome;
        try {
            outcome = turn.get();
        } catch (RuntimeException | Error e) {
            outcome = Outcome.of(Outcome.Next.END, e);
        }
        proceed(outcome);
    }

    private Outcome stateAnswered(Response response) {
        if (!response.isSuccessful()) {
            return refused(response);
        }
        try {
            head = OptionalLong.of(Answers.state(response).eventCount());
            return Outcome.of(Outcome.Next.AGAIN);
        } catch (IOException e) {
            return Outcome.of(Outcome.Next.TRY_AGAIN, Failures.unreachable("subscribe", path, response.request(), e));
        } catch (RuntimeException e) {
            return Outcome.of(Outcome.Next.TRY_AGAIN, Failures.unreadable("subscribe", path, response.request(), e));
        }
    }

    private Outcome answered(Call call, Response response) {
        OptionalLong stateHead = head;
        head = OptionalLong.empty();
        if (!response.isSuccessful()) {
            return refused(response);
        }
        if (!isEventStream(response.body().contentType())) {
            call.cancel();
            return Outcome.of(
                    Outcome.Next.TRY_AGAIN,
                    Failures.unreadable(
                            "subscribe",
                            path,
                            response.request(),
                            new IllegalArgumentException(
                                    "it is " + response.body().contentType() + " and not text/event-stream")));
        }
        Instant now = port.timers().now();
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

    private static boolean isEventStream(@Nullable MediaType type) {
        return type != null && type.type().equals("text") && type.subtype().equals("event-stream");
    }

    private Outcome run(Call call, Response response, Greeting greeting, OptionalLong stateHead, Instant now) {
        position.connectedTo(greeting.incarnation());
        connectedAt = now;
        long ownWatermark = greeting.watermark().isPresent() ? -1 : stateHead.orElse(-1);
        TailConnection connection = new TailConnection(path, subscriber, position, call, () -> closed, ownWatermark);
        Connected connected = new Connected(
                greeting.incarnation(),
                greeting.watermark().orElse(stateHead.orElse(0)),
                clock.connected(greeting.time(), now));
        ObservedBody body = new ObservedBody(
                response.body(), () -> clock.byteArrived(port.timers().now()));
        return connection.run(connected, response.newBuilder().body(body).build());
    }

    private Outcome refused(Response response) {
        StreamException refusal = Failures.refused("subscribe", path, response);
        return refusal.isRetryable()
                ? new Outcome(
                        Outcome.Next.TRY_AGAIN,
                        refusal,
                        RetryAfter.of(response, port.timers().now()))
                : Outcome.of(Outcome.Next.END, refusal);
    }

    private void proceed(Outcome outcome) {
        switch (outcome.next()) {
            case TRY_AGAIN -> retry(outcome, false);
            case RECONNECT -> lost(outcome, false);
            case RECONNECT_AT_ONCE -> lost(outcome, true);
            case AGAIN -> again();
            case END -> end(outcome.cause());
        }
    }

    private void lost(Outcome outcome, boolean orderly) {
        Duration lived = Duration.between(connectedAt, port.timers().now());
        if (position.takeMoved() || lived.compareTo(port.backoff().most()) > 0) {
            failures = 0;
        }
        try {
            Throwable cause = outcome.cause();
            if (!closed && cause != null) {
                subscriber.onDisconnected(cause);
            }
        } catch (RuntimeException | Error e) {
            end(e);
            return;
        }
        retry(outcome, orderly && failures == 0);
    }

    private void retry(Outcome outcome, boolean atOnce) {
        int attempt = failures++;
        if (!closed) {
            LOG.log(
                    attempt == 0 ? Level.INFO : Level.DEBUG,
                    () -> "tail of " + path + " is not connected, trying again: " + outcome.cause());
        }
        if (atOnce) {
            again();
            return;
        }
        Duration delay = port.backoff().delay(attempt).plus(outcome.notBefore());
        boolean over;
        synchronized (lock) {
            underWay = null;
            over = closed;
            if (!over) {
                timer = port.timers().after(delay, this::connect);
            }
        }
        if (over) {
            sayEnd(null);
        }
    }

    /** Ends the turn and begins the next one without waiting. */
    private void again() {
        boolean over;
        synchronized (lock) {
            underWay = null;
            over = closed;
        }
        if (over) {
            sayEnd(null);
        } else {
            connect();
        }
    }

    /** Ends the subscription; a close that came first wins. */
    private void end(@Nullable Throwable failure) {
        boolean wasClosed;
        synchronized (lock) {
            underWay = null;
            wasClosed = closed;
            closed = true;
        }
        sayEnd(wasClosed ? null : failure);
    }

    @Override
    public void close() {
        Call call;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            call = underWay;
            if (timer != null) {
                timer.cancel();
            }
        }
        if (call != null) {
            call.cancel();
            return;
        }
        try {
            port.executor().execute(() -> sayEnd(null));
        } catch (RejectedExecutionException e) {
            sayEnd(null); // the client is closed as well, and has no thread left
        }
    }

    private void sayEnd(@Nullable Throwable failure) {
        try {
            subscriber.onEnd(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "subscriber failed in onEnd: " + path, e);
        }
        port.ended().accept(this);
    }
}
