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
 * A tail of one stream whose events arrive in another way than by a subscription. It first reads the log page by page
 * up to the newest known offset; then it delivers the events that were {@link #offer}ed. A slow subscriber delays no
 * other: the tail runs on the executor, and events that do not fit into its small buffer are read from the log later. A
 * failed read is repeated after a growing delay if the failure can pass.
 *
 * <p>The subscriber is called as {@link Subscriber} says, except {@code onDisconnected} and {@code onEnd(null)}, which
 * the owner of the tail calls. Safe for use by many threads; nothing here waits.
 *
 * @since 0.1
 */
public final class PagedTail implements Subscription {
    private static final int PAGE = 128;
    private static final int BUFFERED = 64;

    /** The owner of a tail. */
    public interface Surroundings {
        /** Runs the tail and the subscriber. */
        Executor executor();

        /** The timers of the delays between two tries of a read. */
        Timers timers();

        /** The random part of those delays. */
        RandomGenerator random();

        /** Every known event was delivered. Called often, on the tail's thread. */
        default void atHead() {}

        default void caughtUp() {}

        /**
         * True if known events that are not in the log yet will be stored; false if the stream has ended before them.
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

    // Used only by the thread that has set running.
    private final Deque<Event> page = new ArrayDeque<>();
    private long cursor;
    private long watermark;
    private boolean caughtUp;
    private int losses;

    /**
     * A tail that starts with {@link #wake}.
     *
     * @param log reads the stream
     * @param connected the first value for {@link Subscriber#onConnected}
     * @param after exclusive
     * @param head the newest known offset; later events are {@link #offer}ed
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
     * Adds a newer event of the stream. The event after the newest known one needs no read. Never blocks.
     *
     * @return false if the event was known already; it is ignored
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

    /** The stream has this offset; new events are read. Never blocks. */
    public void readUpTo(long offset) {
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

    /** The subtree reconnected; events up to its watermark may have been missed. */
    public void reconnected(ConnectionInfo connected) {
        synchronized (this) {
            if (connected.watermark() > newest) {
                readThrough(connected.watermark());
            }
            connection = connected;
        }
        wake();
    }

    /** Starts the tail, or delivers what is new. Returns at once. */
    public void wake() {
        synchronized (this) {
            if (running || closed) {
                return;
            }
            running = true;
        }
        surroundings.executor().execute(this::run);
    }

    /**
     * If all events were delivered, suspends the tail and returns true; then call {@link #close} or {@link #resume}.
     */
    public synchronized boolean trySuspend() {
        if (closed || !isAtHead()) {
            return false;
        }
        running = true;
        return true;
    }

    /** Ends {@link #trySuspend}: delivers what arrived meanwhile. */
    public void resume() {
        boolean news;
        synchronized (this) {
            running = false;
            news = !buffer.isEmpty() || connection != null;
        }
        if (news) {
            wake();
        }
    }

    /** True if no event is pending or being delivered. */
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
                    Event next = page.isEmpty() ? pollBuffer() : page.poll();
                    if (next != null) {
                        deliver(next);
                    } else if (cursor < through) {
                        read(through);
                        return;
                    } else if (stopIfAtHead()) {
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

    /** Removes the next event from the buffer, if none before it is missing. */
    private synchronized @Nullable Event pollBuffer() {
        return cursor < gaplessFrom ? null : buffer.poll();
    }

    private synchronized boolean stopIfAtHead() {
        if (connection != null || !buffer.isEmpty() || cursor < gaplessFrom) {
            return false;
        }
        running = false;
        return true;
    }

    /** Reads the next page of the log, and continues with it. */
    private void read(long through) {
        ReadRange range = ReadRange.builder()
                .afterOffset(cursor)
                .beforeOffset(through + 1)
                .limit(PAGE)
                .build();
        var unused = log.apply(range).whenComplete((events, failure) -> {
            if (failure == null) {
                pageRead(events, through);
            } else if (Appender.unwrap(failure) instanceof StreamException refusal && refusal.isRetryable()) {
                readLater();
            } else {
                end(Appender.unwrap(failure));
            }
        });
    }

    private void pageRead(List<Event> events, long through) {
        if (events.isEmpty() && surroundings.waitsForMissing()) {
            readLater();
            return;
        }
        losses = 0;
        page.addAll(events);
        cursor = events.isEmpty() ? through : cursor; // these events do not exist
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
