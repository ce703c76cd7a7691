package dev.millrace.client.push;

import dev.millrace.client.internal.http.StreamReads;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.PagedTail;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A run of the processor on one incarnation of a stream. Thread-safe. */
final class PushedRun<S> implements PushedEventStreams.AppendListener, PagedTail.Surroundings {
    private static final Backoff RECONNECT = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final PushReceiverSettings<S> settings;
    private final StreamPath path;
    private final StreamReads log;
    private final CompletableFuture<String> incarnation = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final ProcessorRunner<S> runner;
    private @Nullable PagedTail tail; // under the lock
    private long announced; // under the lock

    private int users; // this and the fields below: under the lock of PushedRunCache
    private boolean stopping;
    private Duration lastUsed;

    /** Starts a runner; {@code offset} is the first pushed event, and by default the first that causes effects. */
    PushedRun(PushReceiverSettings<S> settings, StreamPath path, long offset) {
        this.settings = settings;
        this.path = path;
        this.log = new StreamReads(settings.streams(), path);
        this.lastUsed = settings.timers().elapsed();
        this.runner =
                ProcessorRunner.builder(new PushedEventStreams(settings.streams(), path, this), settings.processor())
                        .stream(path)
                        .progress(settings.progress())
                        .effectsFrom(settings.effectsFrom()
                                .orElseGet(() -> EffectStartPolicy.acknowledgedOrAfter(offset - 1)))
                        .retry(settings.retry())
                        .timers(settings.timers())
                        .executor(settings.executor())
                        .start();
    }

    @Override
    public void appended(Event event) {
        announce(event.offset(), event);
    }

    /**
     * Reads incarnation and head of the stream, and then follows it. If a later subscription finds another incarnation,
     * this run ends, because a new run has to begin.
     */
    @Override
    public Subscription subscribe(long afterOffset, Subscriber subscriber) {
        AtomicBoolean closed = new AtomicBoolean();
        connect(afterOffset, subscriber, closed, 1);
        return () -> {
            closed.set(true);
            closeTail();
        };
    }

    private void connect(long afterOffset, Subscriber subscriber, AtomicBoolean closed, int tries) {
        var unused = log.readHead()
                .whenCompleteAsync(
                        (head, failure) -> {
                            if (closed.get()) {
                                return;
                            }
                            if (failure == null) {
                                follow(head, afterOffset, subscriber, closed);
                            } else if (StreamReads.isRetryable(failure)) {
                                settings.timers()
                                        .after(
                                                RECONNECT.delay(tries, random()),
                                                () -> connect(afterOffset, subscriber, closed, tries + 1));
                            } else {
                                incarnation.completeExceptionally(failure);
                                subscriber.onEnd(failure);
                            }
                        },
                        executor());
    }

    private void follow(StreamReads.Head head, long afterOffset, Subscriber subscriber, AtomicBoolean closed) {
        incarnation.complete(head.incarnation());
        if (!head.incarnation().equals(incarnation.getNow(""))) {
            subscriber.onEnd(new IllegalStateException(path + " was destroyed and created again; a new run begins"));
            return;
        }
        ConnectionInfo connected = new ConnectionInfo(head.incarnation(), head.offset(), Duration.ZERO);
        PagedTail next = new PagedTail(this, log::read, subscriber, connected, afterOffset, head.offset());
        long announcedBefore;
        synchronized (this) {
            tail = next;
            announcedBefore = announced;
        }
        next.readUpTo(announcedBefore);
        next.wake();
        if (closed.get()) {
            next.close();
        }
    }

    private synchronized void closeTail() {
        if (tail != null) {
            tail.close();
        }
    }

    @Override
    public Executor executor() {
        return ProcessorRunner.sharedThreads();
    }

    @Override
    public Timers timers() {
        return settings.timers();
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    /** True: a delivered event is in the log, or will be soon. */
    @Override
    public boolean waitsForMissing() {
        return true;
    }

    StreamPath path() {
        return path;
    }

    ProcessorRunner<S> runner() {
        return runner;
    }

    StreamReads log() {
        return log;
    }

    /** The incarnation of the stream; completes after the first read of the log. */
    CompletableFuture<String> incarnation() {
        return incarnation;
    }

    /** Tells the run that the log has this offset. If the event is given, it is not read from the log. */
    void announce(long offset, @Nullable Event event) {
        PagedTail current;
        synchronized (this) {
            announced = Math.max(announced, offset);
            current = tail;
        }
        if (current == null) {
            return; // the next tail will read it
        }
        if (event == null) {
            current.readUpTo(offset);
        } else {
            current.offer(event);
        }
    }

    /** True if the run ended by itself and a new one may succeed; not for a halted one, which would halt again. */
    boolean hasFailed() {
        return runner.ended().isDone() && runner.status().phase() != Phase.HALTED;
    }

    void stop(Duration deadline) {
        try {
            runner.stop(deadline);
        } finally {
            stopped.complete(null);
        }
    }

    CompletableFuture<Void> stopped() {
        return stopped;
    }

    // ---- called by PushedRunCache under its lock

    void enter() {
        users++;
    }

    void release() {
        users--;
        lastUsed = settings.timers().elapsed();
    }

    boolean isStopping() {
        return stopping;
    }

    void markStopping() {
        stopping = true;
    }

    boolean isIdleFor(Duration time) {
        return isIdle() && settings.timers().elapsed().minus(lastUsed).compareTo(time) >= 0;
    }

    /** True if the run is idle: no queued delivery, no running effect, no armed timer. */
    boolean isIdle() {
        return users == 0
                && (runner.ended().isDone()
                        || (runner.isIdle() && runner.status().waiting() == 0));
    }
}
