package dev.millrace.core.runner;

import dev.millrace.core.Connected;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a run of one stream of a subtree subscribes to: history from the log, page by page, and then what the subtree's
 * one connection brings. A run that is slow keeps nobody waiting: it has a thread of its own while there is something for
 * it, and what does not fit into a small buffer is read from the log later.
 */
final class MemberTail implements Subscription {
    private static final int PAGE = 128;
    private static final int BUFFERED = 64;

    /** What a tail needs, and whom it tells. */
    interface Surroundings {
        Executor executor();

        Timers timers();

        RandomGenerator random();

        /** Every event that is known has been delivered; called often, on the tail's thread. */
        void atHead();

        /** The watermark of a connection was reached. */
        void caughtUp();
    }

    private final Surroundings surroundings;
    private final Function<ReadRange, CompletableFuture<List<Event>>> log;
    private final Subscriber subscriber;

    // Guarded by this.
    private final Deque<Event> buffer = new ArrayDeque<>();
    private long gaplessFrom;
    private long newest;
    private @Nullable Connected connection;
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
     * @param after exclusive
     * @param head the newest offset known; what comes later is {@link #offer}ed
     */
    MemberTail(
            Surroundings surroundings,
            Function<ReadRange, CompletableFuture<List<Event>>> log,
            Subscriber subscriber,
            Connected connected,
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

    /** The next event of the stream. Never blocks; false when it is old news, which is ignored. */
    boolean offer(Event event) {
        synchronized (this) {
            if (closed || event.offset() <= newest) {
                return false;
            }
            newest = event.offset();
            if (buffer.size() < BUFFERED) {
                buffer.add(event);
            } else {
                buffer.clear();
                gaplessFrom = newest;
            }
        }
        wake();
        return true;
    }

    /** The subtree has another connection, before which events may have been missed up to its watermark. */
    void reconnected(Connected connected) {
        synchronized (this) {
            if (connected.watermark() > newest) {
                newest = connected.watermark();
                gaplessFrom = newest;
                buffer.clear();
            }
            connection = connected;
        }
        wake();
    }

    void wake() {
        synchronized (this) {
            if (running || closed) {
                return;
            }
            running = true;
        }
        surroundings.executor().execute(this::run);
    }

    /** Keeps the tail from delivering anything, if everything was; then it is either closed or {@link #goOn}. */
    synchronized boolean rest() {
        if (closed || !isAtHead()) {
            return false;
        }
        running = true;
        return true;
    }

    void goOn() {
        boolean news;
        synchronized (this) {
            running = false;
            news = !buffer.isEmpty() || connection != null;
        }
        if (news) {
            wake();
        }
    }

    synchronized boolean isAtHead() {
        return !running && connection == null && buffer.isEmpty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        buffer.clear();
    }

    private void run() {
        while (true) {
            Connected made;
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

    private void connect(Connected made) {
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
                losses = 0;
                page.addAll(events);
                cursor = events.isEmpty() ? through : cursor; // there is nothing, and nothing will come
                surroundings.executor().execute(this::run);
            } else if (failure instanceof StreamException refusal && refusal.isRetryable()) {
                surroundings
                        .timers()
                        .after(
                                RunnerOptions.RECONNECT.delay(++losses, surroundings.random()),
                                () -> surroundings.executor().execute(this::run));
            } else {
                end(failure);
            }
        });
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
