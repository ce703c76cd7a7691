package dev.millrace.core.runner;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.run.RunnerOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The tail of one stream for those who hear of its events in another way than by a subscription to it: the log is read page
 * by page as far as it is known to reach, and then come the events that are {@link #offer}ed. A subscriber that is slow keeps
 * nobody waiting: it has a thread of its own while there is something for it, and what does not fit into a small buffer is
 * read from the log later. A read that fails is repeated, if its failure may pass, after a growing delay.
 *
 * <p>The subscriber's calls come as {@link Subscriber} says, but for {@code onDisconnected} and {@code onEnd(null)}, which
 * are for those who own the tail to call. Safe for use by many threads; nothing here waits.
 */
public final class PagedTail implements Subscription {
    private static final int PAGE = 128;
    private static final int BUFFERED = 64;

    /** What a tail needs, and who is told. */
    public interface Surroundings {
        /** Runs the tail, and so the subscriber. */
        Executor executor();

        /** Wait between two tries of a read. */
        Timers timers();

        /** The random part of those waits. */
        RandomGenerator random();

        /** Every event that is known has been delivered; called often, on the tail's thread. */
        default void atHead() {}

        /** The watermark of a connection was reached. */
        default void caughtUp() {}

        /**
         * Whether events that are known, but not in the log yet, are waited for; otherwise the stream is taken to have ended
         * before them.
         */
        default boolean waitsForMissing() {
            return false;
        }
    }

    private final Surroundings surroundings;
    private final Function<ReadRange, CompletableFuture<List<Event>>> log;
    private final Subscriber subscriber;

    // Guarded by this.
    private final Deque<Event> buffer = new ArrayDeque<>();
    private long gaplessFrom;
    private long newest;
    private @Nullable ConnectionInfo connection;
    private boolean running;
    private boolean closed;

    // Of whoever has set running.
    private final Deque<Event> page = new ArrayDeque<>();
    private long cursor;
    private long watermark;
    private boolean caughtUp;
    private int losses;

    /**
     * A tail that does nothing before it is woken.
     *
     * @param log reads the stream
     * @param connected what the subscriber is told first
     * @param after exclusive
     * @param head the newest offset known; what comes later is {@link #offer}ed
     */
    public PagedTail(
            Surroundings surroundings,
            Function<ReadRange, CompletableFuture<List<Event>>> log,
            Subscriber subscriber,
            ConnectionInfo connected,
            long after,
            long head) {
        this.surroundings = surroundings;
        this.log = log;
        this.subscriber = subscriber;
        this.connection = connected;
        this.cursor = after;
        this.gaplessFrom = head;
        this.newest = head;
    }

    /**
     * A newer event of the stream. One that is the very next spares a read. Never blocks.
     *
     * @return false when it is old news, which is ignored
     */
    public boolean offer(Event event) {
        synchronized (this) {
            if (closed || event.offset() <= newest) {
                return false;
            }
            if (event.offset() == newest + 1 && buffer.size() < BUFFERED) {
                newest = event.offset();
                buffer.add(event);
            } else {
                readThrough(event.offset());
            }
        }
        wake();
        return true;
    }

    /** The stream reaches this far; what is new is read. Never blocks. */
    public void reaches(long offset) {
        synchronized (this) {
            if (closed || offset <= newest) {
                return;
            }
            readThrough(offset);
        }
        wake();
    }

    private void readThrough(long offset) {
        newest = offset;
        gaplessFrom = offset;
        buffer.clear();
    }

    /** The subtree has another connection, before which events may have been missed up to its watermark. */
    public void reconnected(ConnectionInfo connected) {
        synchronized (this) {
            if (connected.watermark() > newest) {
                readThrough(connected.watermark());
            }
            connection = connected;
        }
        wake();
    }

    /** Begins, or looks whether there is something to do. Returns at once. */
    public void wake() {
        synchronized (this) {
            if (running || closed) {
                return;
            }
            running = true;
        }
        surroundings.executor().execute(this::run);
    }

    /** Keeps the tail from delivering anything, if everything was; then it is either closed or {@link #goOn}. */
    public synchronized boolean rest() {
        if (closed || !isAtHead()) {
            return false;
        }
        running = true;
        return true;
    }

    public void goOn() {
        boolean news;
        synchronized (this) {
            running = false;
            news = !buffer.isEmpty() || connection != null;
        }
        if (news) {
            wake();
        }
    }

    public synchronized boolean isAtHead() {
        return !running && connection == null && buffer.isEmpty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        buffer.clear();
    }

    private void run() {
        while (true) {
            ConnectionInfo made;
            long through;
            synchronized (this) {
                if (closed) {
                    return;
                }
                made = connection;
                connection = null;
                through = gaplessFrom;
            }
            try {
                if (made != null) {
                    connect(made);
                } else if (!caughtUp && cursor >= watermark) {
                    catchUp();
                } else {
                    Event next = page.isEmpty() ? buffered() : page.poll();
                    if (next != null) {
                        deliver(next);
                    } else if (cursor < through) {
                        read(through);
                        return;
                    } else if (comesToRest()) {
                        surroundings.atHead();
                        return;
                    }
                }
            } catch (RuntimeException | Error thrown) {
                end(thrown);
                return;
            }
        }
    }

    private void connect(ConnectionInfo made) {
        watermark = made.watermark();
        caughtUp = false;
        subscriber.onConnected(made);
    }

    private void catchUp() {
        caughtUp = true;
        subscriber.onCaughtUp(watermark);
        surroundings.caughtUp();
    }

    private void deliver(Event event) {
        if (event.offset() > cursor) {
            cursor = event.offset();
            subscriber.onEvent(event);
        }
    }

    /** The next event of the buffer, if none before it is missing. */
    private synchronized @Nullable Event buffered() {
        return cursor < gaplessFrom ? null : buffer.poll();
    }

    private synchronized boolean comesToRest() {
        if (connection != null || !buffer.isEmpty() || cursor < gaplessFrom) {
            return false;
        }
        running = false;
        return true;
    }

    /** Reads the next page of the log, and goes on with it. */
    private void read(long through) {
        ReadRange range = ReadRange.builder()
                .afterOffset(cursor)
                .beforeOffset(through + 1)
                .limit(PAGE)
                .build();
        log.apply(range).whenComplete((events, failure) -> {
            if (failure == null) {
                taken(events, through);
            } else if (Appender.unwrap(failure) instanceof StreamException refusal && refusal.isRetryable()) {
                readLater();
            } else {
                end(Appender.unwrap(failure));
            }
        });
    }

    private void taken(List<Event> events, long through) {
        if (events.isEmpty() && surroundings.waitsForMissing()) {
            readLater();
            return;
        }
        losses = 0;
        page.addAll(events);
        cursor = events.isEmpty() ? through : cursor; // there is nothing, and nothing will come
        surroundings.executor().execute(this::run);
    }

    private void readLater() {
        surroundings
                .timers()
                .after(
                        RunnerOptions.RECONNECT.delay(++losses, surroundings.random()),
                        () -> surroundings.executor().execute(this::run));
    }

    private void end(Throwable why) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        subscriber.onEnd(why);
    }
}
