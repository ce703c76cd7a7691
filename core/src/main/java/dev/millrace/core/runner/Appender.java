package dev.millrace.core.runner;

import dev.millrace.core.Appended;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends stamped inputs. A paused stream parks an append until it is resumed, and whatever follows for the same stream
 * queues behind it; a service that cannot be reached is tried again. Both are safe because every stamped input has an
 * idempotency key. Safe for use by many threads.
 */
final class Appender {
    private final EventStreams streams;
    private final StreamPath own;
    private final RunnerOptions options;
    private final Causes causes;
    private final Runnable onProgress;
    private final Map<StreamPath, Queue<Sending>> parked = new HashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong newestOwn = new AtomicLong();
    private volatile boolean patient = true;
    private volatile boolean closed;

    Appender(EventStreams streams, StreamPath own, RunnerOptions options, Causes causes, Runnable onProgress) {
        this.streams = streams;
        this.own = own;
        this.options = options;
        this.causes = causes;
        this.onProgress = onProgress;
    }

    /** Sends until stored, refused for good, cancelled or closed. */
    CompletableFuture<Appended> send(StreamPath target, EventInput input, BooleanSupplier cancelled) {
        Sending sending = new Sending(target, input, cancelled);
        inFlight.incrementAndGet();
        sending.result.whenComplete((appended, failure) -> {
            inFlight.decrementAndGet();
            onProgress.run();
        });
        if (!queueBehindParked(sending)) {
            sending.go();
        }
        return sending.result;
    }

    /** Whether nothing is on its way. */
    boolean isIdle() {
        return inFlight.get() == 0;
    }

    /** The newest offset of the own stream that this appender knows to be stored. */
    long newestOwnOffset() {
        return newestOwn.get();
    }

    /** The own stream is another one now: what was known of its offsets means nothing. */
    void forgetOffsets() {
        newestOwn.set(0);
    }

    /** The own stream was resumed: sends what was parked. */
    void resumed() {
        release(own);
    }

    /** From here on sends once: what is parked, or would have to be sent again, is given up. */
    void stopWaiting() {
        patient = false;
        List<StreamPath> targets;
        synchronized (parked) {
            targets = List.copyOf(parked.keySet());
        }
        targets.forEach(this::release);
    }

    /** Sends nothing more. */
    void close() {
        closed = true;
        stopWaiting();
    }

    private boolean queueBehindParked(Sending sending) {
        synchronized (parked) {
            Queue<Sending> waiting = parked.get(sending.target);
            return waiting != null && waiting.add(sending);
        }
    }

    private void park(Sending sending) {
        synchronized (parked) {
            Queue<Sending> waiting = parked.get(sending.target);
            if (waiting == null) {
                waiting = new ArrayDeque<>();
                parked.put(sending.target, waiting);
                options.timers().after(RunnerOptions.PARKING_INTERVAL, () -> release(sending.target));
            }
            waiting.add(sending);
        }
        if (!patient) {
            release(sending.target);
        }
    }

    private void release(StreamPath target) {
        Queue<Sending> waiting;
        synchronized (parked) {
            waiting = parked.remove(target);
        }
        if (waiting != null) {
            options.executor().execute(() -> waiting.forEach(Sending::go));
        }
    }

    private final class Sending {
        private final StreamPath target;
        private final EventInput input;
        private final BooleanSupplier cancelled;
        private final CompletableFuture<Appended> result = new CompletableFuture<>();
        private int failures;
        private @Nullable Instant firstRefused;

        Sending(StreamPath target, EventInput input, BooleanSupplier cancelled) {
            this.target = target;
            this.input = input;
            this.cancelled = cancelled;
        }

        void go() {
            boolean again = firstRefused != null || failures > 0;
            if (closed || (again && !patient) || cancelled.getAsBoolean()) {
                boolean stopping = closed || !patient;
                result.completeExceptionally(new CancellationException("append of " + input.type() + " to " + target
                        + " was given up: " + (stopping ? "the runner is stopping" : "its attempt was cancelled")));
                return;
            }
            streams.append(target, input).whenComplete((appended, failure) -> {
                if (failure == null) {
                    if (target.equals(own)) {
                        causes.remember(appended.event());
                        newestOwn.accumulateAndGet(appended.offset(), Math::max);
                    }
                    result.complete(appended);
                } else {
                    refused(unwrap(failure));
                }
            });
        }

        private void refused(Throwable failure) {
            if (failure instanceof StreamException refusal) {
                if (refusal.code() == StreamException.Code.PAUSED && mayPark()) {
                    park(this);
                    return;
                }
                if (refusal.isRetryable() && ++failures < RunnerOptions.SENDS) {
                    options.timers()
                            .after(
                                    options.retry().delay(failures, options.random()),
                                    () -> options.executor().execute(this::go));
                    return;
                }
            }
            result.completeExceptionally(failure);
        }

        /** A pause that meets a paused stream is moot, and a foreign stream is waited for only so long. */
        private boolean mayPark() {
            if (BuiltInType.PAUSED.matches(input.type())) {
                return false;
            }
            Instant now = options.timers().now();
            if (firstRefused == null) {
                firstRefused = now;
            }
            return target.equals(own) || now.isBefore(firstRefused.plus(RunnerOptions.FOREIGN_PARKING_LIMIT));
        }
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
