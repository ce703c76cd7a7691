package dev.millrace.client.internal.http;

import dev.millrace.core.StreamException;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends appends, and is the only place that sends one again: when the connection failed, or the service asked to be left
 * alone for a moment, at most {@value #RETRIES} times, and only if every event has an idempotency key. Without a key
 * nobody knows whether the first attempt was stored, so the failure is the caller's to judge. Safe for use by many threads.
 */
public final class AppendSender {
    static final int RETRIES = 3;

    /** Who is asked to wait for longer says so; the appends behind this one would wait as well. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final AsyncHttpCaller exchange;
    private final Timers timers;
    private final Backoff backoff;
    private final RandomGenerator random;

    public AppendSender(AsyncHttpCaller exchange, Timers timers, Backoff backoff, RandomGenerator random) {
        this.exchange = exchange;
        this.timers = timers;
        this.backoff = backoff;
        this.random = random;
    }

    /** Sends; cancelling the future cancels the attempt that is under way. */
    public <T> CompletableFuture<T> send(ApiCall<T> operation, boolean keyed) {
        if (!keyed) {
            return exchange.send(operation);
        }
        Attempts<T> attempts = new Attempts<>(operation);
        attempts.next();
        return attempts.result;
    }

    private final class Attempts<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final ApiCall<T> operation;
        private volatile @Nullable CompletableFuture<T> underWay;
        private int retries; // only the attempt under way touches it

        Attempts(ApiCall<T> operation) {
            this.operation = operation;
            result.whenComplete((value, failure) -> cancelIfCancelled());
        }

        void next() {
            CompletableFuture<T> attempt = exchange.send(operation);
            underWay = attempt;
            cancelIfCancelled();
            attempt.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else if (retries < RETRIES && isForNow(failure) && !result.isDone()) {
                    Duration asked = asked(failure).orElse(Duration.ZERO);
                    timers.after(asked.plus(backoff.delay(++retries, random)), this::next);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        }

        private boolean isForNow(Throwable failure) {
            return StreamExceptions.isConnectionFailure(failure)
                    || asked(failure)
                            .filter(time -> time.compareTo(LONGEST_WAIT) <= 0)
                            .isPresent();
        }

        private Optional<Duration> asked(Throwable failure) {
            return failure instanceof StreamException refusal ? refusal.retryAfter() : Optional.empty();
        }

        private void cancelIfCancelled() {
            CompletableFuture<T> attempt = underWay;
            if (result.isCancelled() && attempt != null) {
                attempt.cancel(false);
            }
        }
    }
}
