package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A request to the model with at most four tries. A retry happens only before the first output: after it, a second try
 * would cost twice and could answer something else. The delay is the one that the provider asks for, if it is at most a
 * minute; else exponential back-off with jitter. Thread-safe.
 */
final class RetryingModelCall {
    static final int MOST_TRIES = 4;
    static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), LONGEST_WAIT);

    /** A receiver of the response and of failed tries. */
    interface Sink extends ResponseSink {
        /** Try number {@code failedTries} failed; the next one starts after {@code delay}. */
        void retrying(RequestFailure failure, int failedTries, Duration delay);
    }

    private final ResponsesClient client;
    private final JsonNode body;
    private final Timers timers;
    private final RandomGenerator random;
    private final Sink sink;
    private int tries;
    private boolean cancelled;
    private @Nullable Runnable underWay;

    RetryingModelCall(ResponsesClient client, JsonNode body, Timers timers, RandomGenerator random, Sink sink) {
        this.client = client;
        this.body = body;
        this.timers = timers;
        this.random = random;
        this.sink = sink;
    }

    /** Sends the request and returns at once. */
    synchronized void send() {
        if (!cancelled) {
            tries++;
            underWay = client.send(body, new Try());
        }
    }

    /** Closes the connection, or cancels the next try. The sink gets no more calls. */
    void cancel() {
        Runnable stop;
        synchronized (this) {
            cancelled = true;
            stop = underWay;
            underWay = null;
        }
        if (stop != null) {
            stop.run();
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** The delay before the next try; null if there is none. */
    private synchronized @Nullable Duration delayAfter(RequestFailure failure) {
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        if (!failure.retryable() || tries >= MOST_TRIES || asked.compareTo(LONGEST_WAIT) > 0) {
            return null;
        }
        return failure.retryAfter().isPresent() ? asked : BACKOFF.delay(tries, random);
    }

    private synchronized void retryIn(Duration delay) {
        if (!cancelled) {
            underWay = timers.after(delay, this::send)::cancel;
        }
    }

    private synchronized int tries() {
        return tries;
    }

    private final class Try implements ResponseSink {
        private boolean spoke;

        @Override
        public void delta(Delta delta) {
            spoke = true;
            if (!isCancelled()) {
                sink.delta(delta);
            }
        }

        @Override
        public void item(int outputIndex, JsonNode item) {
            spoke = true;
            if (!isCancelled()) {
                sink.item(outputIndex, item);
            }
        }

        @Override
        public void end(ModelCallResult modelCallResult) {
            if (isCancelled()) {
                return;
            }
            Duration delay = modelCallResult instanceof RequestFailure failure && !spoke ? delayAfter(failure) : null;
            if (delay == null) {
                sink.end(modelCallResult);
            } else {
                sink.retrying((RequestFailure) modelCallResult, tries(), delay);
                retryIn(delay);
            }
        }
    }
}
