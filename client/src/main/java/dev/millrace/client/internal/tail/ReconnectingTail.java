package dev.millrace.client.internal.tail;

import dev.millrace.client.internal.http.ContentEncoding;
import dev.millrace.client.internal.http.ObservedBody;
import dev.millrace.client.internal.http.RetryAfterHeader;
import dev.millrace.client.internal.http.StreamExceptions;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
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
public abstract class ReconnectingTail implements Subscription {
    private static final System.Logger LOG = System.getLogger("dev.millrace.client");

    private final TailContext port;
    private final StreamPath path;
    private final ServerClock clock = new ServerClock();
    private int failures;
    private Instant connectedAt = Instant.MAX;

    private final Object lock = new Object();
    private volatile boolean closed; // written under the lock
    private @Nullable Call underWay; // under the lock
    private Timers.@Nullable Timer timer; // under the lock

    ReconnectingTail(TailContext port, StreamPath path) {
        this.port = port;
        this.path = path;
    }

    /** Begins the next attempt; never blocks. */
    public abstract void connect();

    /** Whether anything was delivered since the last call of this method. */
    abstract boolean takeMoved();

    /** A connection was lost. */
    abstract void disconnected(Throwable cause);

    /** The last word. */
    abstract void ended(@Nullable Throwable failure);

    final TailContext port() {
        return port;
    }

    final StreamPath path() {
        return path;
    }

    final boolean isClosed() {
        return closed;
    }

    /**
     * A connection was made.
     *
     * @return how long the subscription was deaf before
     */
    final Duration connected(LiveResponseHeaders greeting, Instant now) {
        connectedAt = now;
        return clock.connected(greeting.time(), now);
    }

    /** The answer, with every byte that arrives noted. */
    final Response observed(Response response) {
        ObservedBody body = new ObservedBody(
                response.body(), () -> clock.byteArrived(port.timers().now()));
        return ContentEncoding.decoded(response.newBuilder().body(body).build());
    }

    /** What to do with a successful answer that is no event stream. */
    final ConnectionOutcome notAnEventStream(Call call, Response response) {
        call.cancel();
        return ConnectionOutcome.of(
                ConnectionOutcome.Next.TRY_AGAIN,
                StreamExceptions.unreadable(
                        "subscribe",
                        path,
                        response.request(),
                        new IllegalArgumentException("it is " + response.body().contentType() + ", encoding "
                                + ContentEncoding.of(response) + ", and not text/event-stream")));
    }

    static boolean isEventStream(Response response) {
        MediaType type = response.body().contentType();
        return type != null
                && type.type().equals("text")
                && type.subtype().equals("event-stream")
                && ContentEncoding.isKnown(response);
    }

    /** Gives the turn to a call. */
    final void begin(Call call, Turn turn) {
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
                take(() -> ConnectionOutcome.of(
                        ConnectionOutcome.Next.TRY_AGAIN,
                        StreamExceptions.unreachable("subscribe", path, call.request(), e)));
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
    interface Turn {
        ConnectionOutcome on(Response response);
    }

    private void take(Supplier<ConnectionOutcome> turn) {
        ConnectionOutcome outcome;
        try {
            outcome = turn.get();
        } catch (RuntimeException | Error e) {
            outcome = ConnectionOutcome.of(ConnectionOutcome.Next.END, e);
        }
        proceed(outcome);
    }

    final ConnectionOutcome refused(Response response) {
        StreamException refusal = StreamExceptions.refused("subscribe", path, response);
        return refusal.isRetryable()
                ? new ConnectionOutcome(
                        ConnectionOutcome.Next.TRY_AGAIN,
                        refusal,
                        RetryAfterHeader.of(response, port.timers().now()))
                : ConnectionOutcome.of(ConnectionOutcome.Next.END, refusal);
    }

    private void proceed(ConnectionOutcome outcome) {
        switch (outcome.next()) {
            case TRY_AGAIN -> retry(outcome, false);
            case RECONNECT -> lost(outcome, false);
            case RECONNECT_AT_ONCE -> lost(outcome, true);
            case AGAIN -> again();
            case END -> end(outcome.cause());
        }
    }

    private void lost(ConnectionOutcome outcome, boolean orderly) {
        Duration lived = Duration.between(connectedAt, port.timers().now());
        if (takeMoved() || lived.compareTo(port.backoff().most()) > 0) {
            failures = 0;
        }
        try {
            Throwable cause = outcome.cause();
            if (!closed && cause != null) {
                disconnected(cause);
            }
        } catch (RuntimeException | Error e) {
            end(e);
            return;
        }
        retry(outcome, orderly && failures == 0);
    }

    private void retry(ConnectionOutcome outcome, boolean atOnce) {
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
        Duration delay = port.backoff().delay(failures, port.random()).plus(outcome.notBefore());
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
            ended(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "subscriber failed in onEnd: " + path, e);
        }
        port.ended().accept(this);
    }
}
