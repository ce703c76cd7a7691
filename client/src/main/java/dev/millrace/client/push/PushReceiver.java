package dev.millrace.client.push;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.client.internal.http.StreamReads;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of webhooks: it runs a processor on the events that a push subscription delivers to an HTTP server of your
 * application. The server passes every request to {@link #handle} and sends the answer.
 *
 * <p>The receiver checks the request. Then a {@link ProcessorRunner} for the stream handles the events in order, reads
 * events that were not delivered, and ignores repeated ones. The answer is 200 when the effect of the event is done. If
 * that takes too long or fails, the answer is 503, and the sender delivers the event again.
 *
 * <p>The receiver does not act only on delivered events. When an event is delivered, it reads the missing events before
 * it from the log and acts on them too, if the policy ({@link Builder#effectsFrom}) says so. This includes events that
 * the filter of the subscription did not send.
 *
 * <p>The runner of a stream without deliveries is stopped; its progress is kept. The subscription must deliver whole
 * events, so it must not have a transform. One receiver is for one project. Safe for use by many threads.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class PushReceiver<S> implements AutoCloseable {
    private final PushSignature signature;
    private final PushReceiverSettings<S> settings;
    private final PushedRunCache<S> runs;
    private final Duration answerWithin;
    private final int maxBody;

    /** Access to the headers of a request. */
    @FunctionalInterface
    public interface Headers {
        /** The first value of a header, or null. The case of the name must not matter. */
        @Nullable String value(String name);
    }

    private PushReceiver(Builder<S> builder) {
        this.signature = new PushSignature(builder.secrets, builder.tolerance);
        this.settings = new PushReceiverSettings<>(
                builder.streams,
                builder.processor,
                builder.progress,
                Optional.ofNullable(builder.effectStartPolicy),
                builder.retry,
                builder.timers,
                builder.executor,
                builder.idleAfter,
                builder.maxStreams);
        this.runs = new PushedRunCache<>(settings);
        this.answerWithin = builder.answerWithin;
        this.maxBody = builder.maxBody;
    }

    /**
     * Begins a receiver for {@code processor}.
     *
     * @param streams the streams to read and append to, for example a {@link HttpEventStreams}
     */
    public static <S> Builder<S> builder(EventStreams streams, Processor<S> processor) {
        return new Builder<>(streams, processor);
    }

    /**
     * Handles one delivery. Blocks until the effect of its event is done, or {@link Builder#answerWithin} has passed.
     * Do not call it in an effect. It throws no exception for a wrong request.
     *
     * @param header the headers of the request
     * @param body the unchanged body of the request; do not modify it later
     */
    public PushResponse handle(Headers header, byte[] body) {
        try {
            if (body.length > maxBody) {
                throw new RejectedDeliveryException(
                        413, "the body has " + body.length + " bytes, at most " + maxBody + " are accepted (maxBody)");
            }
            signature.check(header, body, settings.timers().now());
            String incarnation = header.value("millrace-incarnation");
            return deliver(event(body), incarnation == null ? "" : incarnation.strip());
        } catch (RejectedDeliveryException refusal) {
            return refusal.answer();
        } catch (StreamException failure) {
            return unavailable(String.valueOf(failure.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unavailable("the receiver was interrupted");
        }
    }

    private static Event event(byte[] body) {
        try {
            return JsonCodec.readEvent(body);
        } catch (IllegalArgumentException e) {
            throw new RejectedDeliveryException(
                    400,
                    "the body is not an event (" + e.getMessage()
                            + "); remove jsonataTransform from the subscription of a processor");
        }
    }

    private PushResponse deliver(Event event, String claimed) throws InterruptedException {
        long end = System.nanoTime() + answerWithin.toNanos();
        while (true) {
            if (!runs.has(event.path()) && !claimed.isEmpty()) {
                String incarnation = new StreamReads(settings.streams(), event.path()).incarnation(remaining(end));
                if (!incarnation.equals(claimed)) {
                    return obsolete(event);
                }
            }
            PushedRunCache.Entry<S> entry = runs.enter(event.path(), event.offset());
            PushedRun<S> run = entry.run();
            if (!entry.entered()) {
                await(run.stopped(), end);
                continue;
            }
            try {
                Optional<PushResponse> answer = deliver(run, event, claimed, end);
                if (answer.isPresent()) {
                    return answer.get();
                }
                runs.stopLater(run); // the stream has a new incarnation
            } finally {
                runs.exit(run);
            }
        }
    }

    /** Empty if the run belongs to an earlier incarnation of the stream. */
    private Optional<PushResponse> deliver(PushedRun<S> run, Event event, String claimed, long end)
            throws InterruptedException {
        try {
            String incarnation = await(run.incarnation(), end);
            boolean isCertain = !claimed.isEmpty() && claimed.equals(incarnation);
            if (!isCertain) {
                String now = run.log().incarnation(remaining(end));
                if (!now.equals(incarnation)) {
                    return Optional.empty();
                }
                if (!claimed.isEmpty()) {
                    return Optional.of(obsolete(event));
                }
            }
            run.announce(event.offset(), isCertain ? event : null);
            run.runner().awaitProcessed(event.offset(), remaining(end));
            return Optional.of(PushResponse.of(200, event.path() + "@" + event.offset() + " is done"));
        } catch (StreamException failure) {
            if (run.hasFailed()) {
                runs.stopLater(run);
            }
            throw failure;
        }
    }

    private static PushResponse obsolete(Event event) {
        return PushResponse.of(
                200,
                event.path() + "@" + event.offset()
                        + " belongs to an earlier incarnation of the stream, which was destroyed; nothing was done");
    }

    private static PushResponse unavailable(String why) {
        return PushResponse.of(503, why);
    }

    private <T> T await(CompletableFuture<T> future, long end) throws InterruptedException {
        try {
            return future.get(remaining(end).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw timedOut();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StreamException failure
                    ? failure
                    : new StreamException(StreamException.Code.INTERNAL, null, String.valueOf(e.getCause()), e);
        }
    }

    private Duration remaining(long end) {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw timedOut();
        }
        return Duration.ofNanos(nanos);
    }

    private RejectedDeliveryException timedOut() {
        return new RejectedDeliveryException(503, "not done within " + answerWithin + "; deliver it again");
    }

    /** The number of streams with a runner. */
    public int openStreams() {
        return runs.size();
    }

    /**
     * Refuses new deliveries, lets running effects finish until the deadline, and saves progress. Waiting deliveries
     * are answered with 503. Does not close the progress store and the streams.
     */
    public void stop(Duration deadline) {
        try {
            runs.close(deadline).get(deadline.plusSeconds(5).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            System.getLogger("dev.millrace.client")
                    .log(System.Logger.Level.WARNING, "a push receiver did not stop in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops with a deadline of ten seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /**
     * Configures a receiver. Not safe for use by many threads.
     *
     * @param <S> the processor's state
     */
    public static final class Builder<S> {
        private final EventStreams streams;
        private final Processor<S> processor;
        private final List<String> secrets = new ArrayList<>();
        private ProgressStore progress = new RecentProgressStore(10_000);
        private @Nullable EffectStartPolicy effectStartPolicy;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private Timers timers = Timers.system();
        private Executor executor = ProcessorRunner.sharedThreads();
        private Duration tolerance = Duration.ofMinutes(5);
        private Duration answerWithin = Duration.ofSeconds(10);
        private Duration idleAfter = Duration.ofMinutes(5);
        private int maxStreams = 1_000;
        private int maxBody = 4 * 1024 * 1024;

        private Builder(EventStreams streams, Processor<S> processor) {
            this.streams = Objects.requireNonNull(streams, "streams");
            this.processor = Objects.requireNonNull(processor, "processor");
        }

        /**
         * Adds a secret that deliveries are signed with; at least one is required. With several, one of them must
         * match, so that a secret can be replaced without an interruption.
         *
         * @param value {@code whsec_} and base64, or any other text, the same as at the sender
         */
        public Builder<S> secret(String value) {
            secrets.add(value);
            return this;
        }

        /**
         * The store of the progress. By default it is kept in memory, for the latest 10,000 streams. Then, after a
         * restart, the sender continues at its own cursor, and effects that were running are done again.
         */
        public Builder<S> progress(ProgressStore store) {
            progress = store;
            return this;
        }

        /**
         * Decides which events cause effects. By default all that are not acknowledged; for a stream without progress,
         * from the first delivered event on.
         *
         * @throws IllegalArgumentException if it is {@link EffectStartPolicy#LIVE}: a delivered event is in the log
         *     already
         */
        public Builder<S> effectsFrom(EffectStartPolicy policy) {
            if (policy == EffectStartPolicy.LIVE) {
                throw new IllegalArgumentException("effectsFrom must not be LIVE: delivered events are in the log;"
                        + " use ACKNOWLEDGED, BEGINNING or acknowledgedOrAfter(offset)");
            }
            effectStartPolicy = policy;
            return this;
        }

        /** The retries of failed effects; {@link RetryPolicy#DEFAULT} by default. */
        public Builder<S> retry(RetryPolicy policy) {
            retry = policy;
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder<S> timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /** Runs effects and background tasks; by default shared daemon threads, virtual ones if the JVM has them. */
        public Builder<S> executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /** The largest difference between the time of a delivery and now, in both directions; 5 minutes by default. */
        public Builder<S> tolerance(Duration either) {
            tolerance = positive(either, "tolerance");
            return this;
        }

        /**
         * How long {@link PushReceiver#handle} waits for an effect; 10 s by default. It must be less than the sender
         * waits for the answer (15 s by default). An effect that takes longer continues; the next delivery of the event
         * waits again.
         */
        public Builder<S> answerWithin(Duration limit) {
            answerWithin = positive(limit, "answerWithin");
            return this;
        }

        /**
         * The runner of a stream without deliveries, effects, background tasks and timers is stopped after this time; 5
         * minutes by default. The next delivery computes the state again from the log.
         */
        public Builder<S> idleAfter(Duration time) {
            idleAfter = positive(time, "idleAfter");
            return this;
        }

        /**
         * The limit of streams with a runner; 1,000 by default, at least 1. For one more, the stream that was idle
         * longest is stopped; as long as none is idle, deliveries of other streams are answered with 503.
         */
        public Builder<S> maxStreams(int streams) {
            if (streams < 1) {
                throw new IllegalArgumentException("maxStreams must be 1 or more, got " + streams);
            }
            maxStreams = streams;
            return this;
        }

        /** The largest accepted body, in bytes; 4 MiB by default, at least 1. */
        public Builder<S> maxBody(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("maxBody must be 1 or more, got " + bytes);
            }
            maxBody = bytes;
            return this;
        }

        private static Duration positive(Duration value, String name) {
            if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(365)) > 0) {
                throw new IllegalArgumentException(name + " must be positive and at most a year, got " + value);
            }
            return value;
        }

        /**
         * Creates the receiver; nothing is read before the first delivery.
         *
         * @throws IllegalStateException if there is no secret
         * @throws IllegalArgumentException if a secret cannot be used
         */
        public PushReceiver<S> build() {
            if (secrets.isEmpty()) {
                throw new IllegalStateException(
                        "a push receiver needs a secret: without it, any caller could deliver events; call secret(…)");
            }
            return new PushReceiver<>(this);
        }
    }
}
