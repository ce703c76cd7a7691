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
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A live subscription, over one connection after the other.
 *
 * <p>Confined to one thread at a time: the thread that runs the current call. Idle while a retry timer is armed. This
 * thread calls the subscriber and may use every field. The lock guards only the decision which thread makes the last
 * call of the subscriber: the thread of the current call or, if there is none, {@link #close()}.
 */
public abstract class ReconnectingTail implements Subscription {
    private static final System.Logger LOG = System.getLogger("dev.millrace.client");

    private final TailContext port;
    private final StreamPath path;
    private final ServerClock clock = new ServerClock();
    private int failures;
    private Duration connectedAt = Duration.ofSeconds(Long.MAX_VALUE);

    private final Object lock = new Object();
    private volatile boolean closed; // written under the lock
    private @Nullable Call current; // under the lock
    private Timers.@Nullable Timer timer; // under the lock

    ReconnectingTail(TailContext port, StreamPath path) {
        this.port = port;
        this.path = path;
    }

    /** Begins the next attempt. Does not block. */
    public abstract void connect();

    /** True if something was delivered since the last call of this method. */
    abstract boolean takeHasMoved();

    abstract void disconnected(Throwable cause);

    /** The last call. */
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

    /** Called when a connection was made; returns the time without a connection before. */
    final Duration connected(LiveResponseHeaders liveResponseHeaders) {
        connectedAt = port.timers().elapsed();
        return clock.connected(liveResponseHeaders.time(), connectedAt);
    }

    /** The response, decompressed; the clock notes when bytes arrive. */
    final Response observed(Response response) {
        ObservedBody body = new ObservedBody(
                response.body(), () -> clock.byteArrived(port.timers().elapsed()));
        return ContentEncoding.decoded(response.newBuilder().body(body).build());
    }

    /** For a successful response that is not an event stream. */
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

    /** Starts a call; its thread continues this tail. */
    final void begin(Call call, ResponseHandler handler) {
        synchronized (lock) {
            if (closed) {
                return; // close() found no current call and makes the last call
            }
            current = call;
            timer = null;
        }
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                proceedWith(() -> ConnectionOutcome.of(
                        ConnectionOutcome.Next.TRY_AGAIN,
                        StreamExceptions.unreachable("subscribe", path, call.request(), e)));
            }

            @Override
            public void onResponse(Call answered, Response response) {
                proceedWith(() -> {
                    try (response) {
                        return handler.handle(response);
                    }
                });
            }
        });
    }

    interface ResponseHandler {
        ConnectionOutcome handle(Response response);
    }

    private void proceedWith(Supplier<ConnectionOutcome> work) {
        ConnectionOutcome outcome;
        try {
            outcome = work.get();
        } catch (RuntimeException | Error e) {
            outcome = ConnectionOutcome.of(ConnectionOutcome.Next.END, e);
        }
        proceed(outcome);
    }

    final ConnectionOutcome refused(Response response) {
        StreamException refusal = StreamExceptions.refused("subscribe", path, response);
        // a reader that may not create the stream waits for it
        return refusal.isRetryable() || refusal.code() == StreamException.Code.STREAM_NOT_FOUND
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
            case AGAIN -> reconnectAtOnce();
            case END -> end(outcome.cause());
        }
    }

    private void lost(ConnectionOutcome outcome, boolean orderly) {
        Duration lived = port.timers().elapsed().minus(connectedAt);
        if (takeHasMoved() || lived.compareTo(port.backoff().most()) > 0) {
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
                    () -> "tail of " + path + " is not connected, the client reconnects: " + outcome.cause());
        }
        if (atOnce) {
            reconnectAtOnce();
            return;
        }
        Duration delay = port.backoff().delay(failures, port.random()).plus(outcome.notBefore());
        boolean wasClosed;
        synchronized (lock) {
            current = null;
            wasClosed = closed;
            if (!wasClosed) {
                timer = port.timers().after(delay, this::connect);
            }
        }
        if (wasClosed) {
            callEnded(null);
        }
    }

    private void reconnectAtOnce() {
        boolean wasClosed;
        synchronized (lock) {
            current = null;
            wasClosed = closed;
        }
        if (wasClosed) {
            callEnded(null);
        } else {
            connect();
        }
    }

    /** Ends the subscription, without the failure if it was closed before. */
    private void end(@Nullable Throwable failure) {
        boolean wasClosed;
        synchronized (lock) {
            current = null;
            wasClosed = closed;
            closed = true;
        }
        callEnded(wasClosed ? null : failure);
    }

    @Override
    public void close() {
        Call call;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            call = current;
            if (timer != null) {
                timer.cancel();
            }
        }
        if (call != null) {
            call.cancel();
            return;
        }
        try {
            port.executor().execute(() -> callEnded(null));
        } catch (RejectedExecutionException e) {
            callEnded(null); // the client is closed too and has no threads
        }
    }

    private void callEnded(@Nullable Throwable failure) {
        try {
            ended(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "subscriber failed in onEnd: " + path, e);
        }
        port.ended().accept(this);
    }
}
