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
 * Runs a processor on the events that a push subscription delivers, inside whatever HTTP server the application has: the
 * server hands every delivery to {@link #handle}, and sends the answer. No connection is held open in between.
 *
 * <p>What a delivery says is checked, and then the log decides: each stream has a runner of its own ({@link
 * ProcessorRunner}, with all it guarantees), which takes events in order, reads what was not delivered, and ignores what
 * comes twice. A delivery is accepted when the effect of its event is done; one that takes longer, or that cannot be
 * done now, is answered with 503, and the sender tries again.
 *
 * <p>Which events are acted on is the log's and the policy's to say, not the sender's: an event that a filter of the
 * subscription held back is acted on when a later one is delivered. By default that is every event that was not
 * acknowledged; on the first contact with a stream, every event from the delivered one on.
 *
 * <p>Streams without deliveries are let go: with their states, not with their progress. At most {@link
 * Builder#maxStreams} are held at once. Deliveries have to be whole events, so the subscription has no transform.
 *
 * <p>Safe for use by many threads. One receiver is for one project.
 *
 * @param <S> the processor's state
 */
public final class PushReceiver<S> implements AutoCloseable {
    private final PushSignature signature;
    private final PushSettings<S> settings;
    private final PushedRunCache<S> runs;
    private final Duration answerWithin;
    private final int maxBody;

    /** The headers of a request, in whatever way the server has them. */
    @FunctionalInterface
    public interface Headers {
        /** The first value of a header, whatever the case of its name; null when there is none. */
        @Nullable String value(String name);
    }

    private PushReceiver(Builder<S> builder) {
        this.signature = new PushSignature(builder.secrets, builder.tolerance);
        this.settings = new PushSettings<>(
                builder.streams,
                builder.processor,
                builder.progress,
                Optional.ofNullable(builder.effectsFrom),
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
     * @param streams where gaps are read and where the processor appends; a {@link HttpEventStreams}, say
     */
    public static <S> Builder<S> builder(EventStreams streams, Processor<S> processor) {
        return new Builder<>(streams, processor);
    }

    /**
     * Takes one delivery, and waits until its event is done, or {@link Builder#answerWithin} has passed. Must not be called
     * from inside an effect. Never throws for what was delivered.
     *
     * @param header the request's headers by name
     * @param body the request's body as it came, not changed afterwards
     */
    public PushResponse handle(Headers header, byte[] body) {
        try {
            if (body.length > maxBody) {
                throw new RejectedDeliveryException(
                        413, "the body has " + body.length + " bytes, at most " + maxBody + " are taken");
            }
            signature.check(header, body, settings.timers().now());
            String incarnation = header.value("millrace-incarnation");
            return deliver(event(body), incarnation == null ? "" : incarnation.strip());
        } catch (RejectedDeliveryException refusal) {
            return refusal.answer();
        } catch (StreamException failure) {
            return later(String.valueOf(failure.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return later("the receiver was interrupted");
        }
    }

    private static Event event(byte[] body) {
        try {
            return JsonCodec.readEvent(body);
        } catch (IllegalArgumentException e) {
            throw new RejectedDeliveryException(
                    400,
                    "the body is no event (" + e.getMessage()
                            + "); a subscription of a processor must have no jsonataTransform");
        }
    }

    private PushResponse deliver(Event event, String claimed) throws InterruptedException {
        long end = System.nanoTime() + answerWithin.toNanos();
        while (true) {
            if (!runs.has(event.path()) && !claimed.isEmpty()) {
                String life = new StreamReads(settings.streams(), event.path()).incarnation(left(end));
                if (!life.equals(claimed)) {
                    return ofThePast(event);
                }
            }
            PushedRunCache.Entry<S> entry = runs.enter(event.path(), event.offset());
            PushedRun<S> run = entry.run();
            if (!entry.entered()) {
                await(run.gone(), end);
                continue;
            }
            try {
                Optional<PushResponse> answer = deliver(run, event, claimed, end);
                if (answer.isPresent()) {
                    return answer.get();
                }
                runs.letGo(run); // the stream is another one now
            } finally {
                runs.exit(run);
            }
        }
    }

    /** Empty when the run is of an earlier life of the stream. */
    private Optional<PushResponse> deliver(PushedRun<S> run, Event event, String claimed, long end)
            throws InterruptedException {
        try {
            String life = await(run.life(), end);
            boolean isCertain = !claimed.isEmpty() && claimed.equals(life);
            if (!isCertain) {
                String now = run.log().incarnation(left(end));
                if (!now.equals(life)) {
                    return Optional.empty();
                }
                if (!claimed.isEmpty()) {
                    return Optional.of(ofThePast(event));
                }
            }
            run.announce(event.offset(), isCertain ? event : null);
            run.runner().awaitProcessed(event.offset(), left(end));
            return Optional.of(PushResponse.of(200, event.path() + "@" + event.offset() + " is done"));
        } catch (StreamException failure) {
            if (run.hasFailed()) {
                runs.letGo(run);
            }
            throw failure;
        }
    }

    private static PushResponse ofThePast(Event event) {
        return PushResponse.of(
                200,
                event.path() + "@" + event.offset()
                        + " is of an earlier life of the stream, which was destroyed; nothing was done");
    }

    private static PushResponse later(String why) {
        return PushResponse.of(503, why);
    }

    private <T> T await(CompletableFuture<T> future, long end) throws InterruptedException {
        try {
            return future.get(left(end).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StreamException failure
                    ? failure
                    : new StreamException(StreamException.Code.INTERNAL, null, String.valueOf(e.getCause()), e);
        }
    }

    private Duration left(long end) {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw late();
        }
        return Duration.ofNanos(nanos);
    }

    private RejectedDeliveryException late() {
        return new RejectedDeliveryException(503, "not done within " + answerWithin + "; try again");
    }

    /** How many streams are held at the moment. */
    public int openStreams() {
        return runs.size();
    }

    /**
     * Takes nothing more, lets held effects finish until the deadline, and saves progress; deliveries that still wait are
     * answered with 503. The progress store and the streams are left open.
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
        private @Nullable EffectStartPolicy effectsFrom;
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
         * What deliveries are signed with. At least one is required; of several, any may fit, so that one can be replaced
         * while events are coming.
         *
         * @param value {@code whsec_} and base64, or any other text, as the sender has it
         */
        public Builder<S> secret(String value) {
            secrets.add(value);
            return this;
        }

        /**
         * Where progress survives. By default in memory, for the 10,000 streams that made some last; then the sender's
         * cursor is what survives a restart, and events that were under way are done again.
         */
        public Builder<S> progress(ProgressStore store) {
            progress = store;
            return this;
        }

        /**
         * Which events may cause effects. By default those not acknowledged, on the first contact from the delivered one
         * on. Not {@link EffectStartPolicy#LIVE}: a delivered event is in the log already.
         *
         * @throws IllegalArgumentException when it is LIVE
         */
        public Builder<S> effectsFrom(EffectStartPolicy policy) {
            if (policy == EffectStartPolicy.LIVE) {
                throw new IllegalArgumentException("LIVE acts on nothing that is in the log when it is read, and every"
                        + " pushed event is; use ACKNOWLEDGED, BEGINNING or acknowledgedOrAfter(offset)");
            }
            effectsFrom = policy;
            return this;
        }

        /** How failed effects are tried again; {@link RetryPolicy#DEFAULT} by default. */
        public Builder<S> retry(RetryPolicy policy) {
            retry = policy;
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder<S> timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /** Runs effects and attempts; shared daemon threads by default, virtual ones where the JVM has them. */
        public Builder<S> executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /** How far the time of a delivery may lie from now, either way; 5 minutes by default, positive. */
        public Builder<S> tolerance(Duration either) {
            tolerance = positive(either, "tolerance");
            return this;
        }

        /**
         * How long {@link PushReceiver#handle} waits for an event to be done; 10 s by default, positive, and less than the
         * sender waits for the answer (15 s by default). An effect that takes longer goes on, and a later delivery of the
         * same event is answered when it is done.
         */
        public Builder<S> answerWithin(Duration limit) {
            answerWithin = positive(limit, "answerWithin");
            return this;
        }

        /**
         * A stream without deliveries, effects, attempts and timers for so long is let go; 5 minutes by default, positive.
         * The next delivery folds its log again.
         */
        public Builder<S> idleAfter(Duration time) {
            idleAfter = positive(time, "idleAfter");
            return this;
        }

        /**
         * How many streams are held at once; 1,000 by default, at least 1. For one more the one that was idle longest is let
         * go; while none is idle, deliveries of other streams are answered with 503.
         */
        public Builder<S> maxStreams(int streams) {
            if (streams < 1) {
                throw new IllegalArgumentException("maxStreams must be 1 or more, got " + streams);
            }
            maxStreams = streams;
            return this;
        }

        /** The largest body that is looked at, in bytes; 4 MiB by default, at least 1. The server has read it before. */
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
         * Makes the receiver; nothing is read before the first delivery.
         *
         * @throws IllegalStateException when there is no secret
         * @throws IllegalArgumentException when a secret cannot be used
         */
        public PushReceiver<S> build() {
            if (secrets.isEmpty()) {
                throw new IllegalStateException(
                        "a push receiver needs a secret(…): without one, anybody could make events happen");
            }
            return new PushReceiver<>(this);
        }
    }
}
