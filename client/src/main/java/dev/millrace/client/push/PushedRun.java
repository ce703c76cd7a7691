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
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The processor on one stream, in one life of it. Safe for use by many threads. */
final class PushedRun<S> implements PushedEventStreams.News, PagedTail.Surroundings {
    private static final Backoff RECONNECT = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final PushSettings<S> settings;
    private final StreamPath path;
    private final StreamReads log;
    private final CompletableFuture<String> life = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final ProcessorRunner<S> runner;
    private @Nullable PagedTail tail; // under the lock
    private long announced; // under the lock

    private int users; // this and what follows under the lock of the table
    private boolean leaving;
    private Instant lastUsed;

    /** Begins; {@code offset} is the first event that was pushed, and by default the first that is acted on. */
    PushedRun(PushSettings<S> settings, StreamPath path, long offset) {
        this.settings = settings;
        this.path = path;
        this.log = new StreamReads(settings.streams(), path);
        this.lastUsed = settings.timers().now();
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
     * Finds out where the log stands, and then follows it. Which life of the stream it is was found out by the first
     * subscription; another one ends this run, because everything has to begin anew.
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
        log.standing()
                .whenCompleteAsync(
                        (standing, failure) -> {
                            if (closed.get()) {
                                return;
                            }
                            if (failure == null) {
                                follow(standing, afterOffset, subscriber, closed);
                            } else if (StreamReads.mayPass(failure)) {
                                settings.timers()
                                        .after(
                                                RECONNECT.delay(tries, random()),
                                                () -> connect(afterOffset, subscriber, closed, tries + 1));
                            } else {
                                life.completeExceptionally(failure);
                                subscriber.onEnd(failure);
                            }
                        },
                        executor());
    }

    private void follow(StreamReads.Standing standing, long afterOffset, Subscriber subscriber, AtomicBoolean closed) {
        life.complete(standing.incarnation());
        if (!standing.incarnation().equals(life.getNow(""))) {
            subscriber.onEnd(new IllegalStateException("the stream is another one now; its run has to begin anew"));
            return;
        }
        ConnectionInfo connected = new ConnectionInfo(standing.incarnation(), standing.head(), Duration.ZERO);
        PagedTail next = new PagedTail(this, log::read, subscriber, connected, afterOffset, standing.head());
        long announcedBefore;
        synchronized (this) {
            tail = next;
            announcedBefore = announced;
        }
        next.reaches(announcedBefore);
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

    /** What was delivered is in the log, or will be. */
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

    /** Which life of the stream this is; completes when the log has been reached. */
    CompletableFuture<String> life() {
        return life;
    }

    /**
     * The log reaches this far.
     *
     * @param event the event itself if it may be taken as it is; otherwise it is read
     */
    void announce(long offset, @Nullable Event event) {
        PagedTail current;
        synchronized (this) {
            announced = Math.max(announced, offset);
            current = tail;
        }
        if (current == null) {
            return; // the tail that is about to begin reads it
        }
        if (event == null) {
            current.reaches(offset);
        } else {
            current.offer(event);
        }
    }

    /** Whether the run came to an end by itself and another one might do better; a halted one would halt again. */
    boolean hasFailed() {
        return runner.ended().isDone() && runner.status().phase() != Phase.HALTED;
    }

    /** Stops, and lets whoever waits for that go on. */
    void stop(Duration deadline) {
        try {
            runner.stop(deadline);
        } finally {
            gone.complete(null);
        }
    }

    /** Completes when this has stopped. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    // ---- for the table, under its lock

    void enter() {
        users++;
    }

    void exit() {
        users--;
        lastUsed = settings.timers().now();
    }

    boolean isLeaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    boolean isIdleSince(Instant time) {
        return isFree() && !lastUsed.isAfter(time);
    }

    /** Whether nobody would miss it: no delivery waits, nothing is under way, and nothing waits for its time. */
    boolean isFree() {
        return users == 0
                && (runner.ended().isDone()
                        || (runner.isIdle() && runner.status().waiting() == 0));
    }
}
