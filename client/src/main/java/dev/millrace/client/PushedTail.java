package dev.millrace.client;

import dev.millrace.core.Connected;
import dev.millrace.core.Event;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The tail of a stream whose news come by push: reads the log up to where it stands, and after that whatever pushes
 * announce. It is the log that is delivered, in order and without gaps; a pushed event that is the very next one spares a
 * read. It works only while there is something to do, one thread at a time. Safe for use by many threads.
 */
final class PushedTail implements Subscription {
    private static final Duration READ = Duration.ofSeconds(30);

    private final LogReads log;
    private final Subscriber subscriber;
    private final Timers timers;
    private final Backoff backoff;
    private final Executor threads;
    private final CompletableFuture<String> life;

    private boolean working; // this and what follows under the lock
    private boolean closed;
    private long announced;
    private @Nullable Event newest;

    private long delivered; // this and what follows by whoever works
    private boolean connected;
    private int failures;

    /**
     * A tail after an offset.
     *
     * @param life completed with the life of the stream once it is known; a tail that finds another one ends
     */
    PushedTail(
            LogReads log,
            long afterOffset,
            Subscriber subscriber,
            CompletableFuture<String> life,
            Timers timers,
            Backoff backoff,
            Executor threads) {
        this.log = log;
        this.subscriber = subscriber;
        this.timers = timers;
        this.backoff = backoff;
        this.threads = threads;
        this.life = life;
        this.delivered = afterOffset;
    }

    /** Connects. */
    void begin() {
        synchronized (this) {
            working = true;
        }
        threads.execute(this::work);
    }

    /**
     * The log reaches this far.
     *
     * @param event the event itself if it may be taken as it is; otherwise it is read
     */
    void announce(long offset, @Nullable Event event) {
        synchronized (this) {
            announced = Math.max(announced, offset);
            if (event != null) {
                newest = event;
            }
            if (working || closed) {
                return;
            }
            working = true;
        }
        threads.execute(this::work);
    }

    @Override
    public synchronized void close() {
        closed = true;
        newest = null;
    }

    private void work() {
        try {
            if (isOver()) {
                return;
            }
            if (!connected) {
                connect();
            }
            while (hasMore()) {
                Event next = takeNewest();
                if (next != null && next.offset() == delivered + 1) {
                    deliver(next);
                } else if (!fill()) {
                    throw new StreamException(
                            StreamException.Code.UNAVAILABLE,
                            "an event was pushed that the log does not have after offset " + delivered
                                    + " yet; it is read again later");
                }
            }
            failures = 0;
        } catch (StreamException failure) {
            lost(failure);
        } catch (RuntimeException | Error thrown) { // the subscriber's
            end(thrown);
        }
    }

    private synchronized boolean isOver() {
        return closed;
    }

    /** Whether there is something to deliver; if not, the work is over until the next announcement. */
    private synchronized boolean hasMore() {
        working = !closed && announced > delivered;
        return working;
    }

    private synchronized @Nullable Event takeNewest() {
        Event event = newest;
        newest = null;
        return event;
    }

    private void connect() {
        long head = log.head(READ);
        String incarnation = log.incarnation(READ);
        life.complete(incarnation);
        if (!incarnation.equals(life.getNow(incarnation))) {
            throw new IllegalStateException("the stream is another one now; its run has to begin anew");
        }
        subscriber.onConnected(new Connected(incarnation, head, Duration.ZERO));
        while (delivered < head && !isOver()) {
            if (!fill()) {
                throw new StreamException(
                        StreamException.Code.UNAVAILABLE, "the log ended at " + delivered + " before its head " + head);
            }
        }
        connected = true;
        if (!isOver()) {
            subscriber.onCaughtUp(head);
        }
    }

    private boolean fill() {
        boolean found = false;
        for (Event event : log.after(delivered, READ)) {
            found = true;
            deliver(event);
        }
        return found;
    }

    private void deliver(Event event) {
        if (!isOver()) {
            subscriber.onEvent(event);
        }
        delivered = event.offset();
    }

    private void lost(StreamException failure) {
        if (!failure.isRetryable()) {
            end(failure);
            return;
        }
        connected = false;
        if (!isOver()) {
            subscriber.onDisconnected(failure);
            timers.after(backoff.delay(failures++), () -> threads.execute(this::work));
        }
    }

    private void end(Throwable why) {
        close();
        life.completeExceptionally(why);
        subscriber.onEnd(why);
    }
}
