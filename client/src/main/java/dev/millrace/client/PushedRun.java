package dev.millrace.client;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.EffectsFrom;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The processor on one stream, in one life of it. Safe for use by many threads. */
final class PushedRun<S> implements PushedLog.News {
    private final PushSettings<S> settings;
    private final StreamPath path;
    private final LogReads log;
    private final CompletableFuture<String> life = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final ProcessorRunner<S> runner;
    private @Nullable PushedTail tail; // under the lock

    private int users; // this and what follows under the lock of the table
    private boolean leaving;
    private Instant lastUsed;

    /** Begins; {@code offset} is the first event that was pushed, and by default the first that is acted on. */
    PushedRun(PushSettings<S> settings, StreamPath path, long offset) {
        this.settings = settings;
        this.path = path;
        this.log = new LogReads(settings.streams(), path);
        this.lastUsed = settings.timers().now();
        this.runner =
                ProcessorRunner.builder(new PushedLog(settings.streams(), path, this), settings.processor()).stream(
                                path)
                        .progress(settings.progress())
                        .effectsFrom(
                                settings.effectsFrom().orElseGet(() -> EffectsFrom.acknowledgedOrAfter(offset - 1)))
                        .retry(settings.retry())
                        .timers(settings.timers())
                        .executor(settings.executor())
                        .start();
    }

    @Override
    public void appended(Event event) {
        announce(event.offset(), event);
    }

    @Override
    public Subscription subscribe(long afterOffset, Subscriber subscriber) {
        PushedTail next = new PushedTail(
                log,
                afterOffset,
                subscriber,
                life,
                settings.timers(),
                settings.backoff(),
                ProcessorRunner.sharedThreads());
        synchronized (this) {
            tail = next;
        }
        next.begin();
        return next;
    }

    StreamPath path() {
        return path;
    }

    ProcessorRunner<S> runner() {
        return runner;
    }

    LogReads log() {
        return log;
    }

    /** Which life of the stream this is; completes when the log has been reached. */
    CompletableFuture<String> life() {
        return life;
    }

    /** As {@link PushedTail#announce}. Between two tails nothing is lost: the next one reads all there is. */
    void announce(long offset, @Nullable Event event) {
        PushedTail current;
        synchronized (this) {
            current = tail;
        }
        if (current != null) {
            current.announce(offset, event);
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
