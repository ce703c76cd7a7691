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
 * The sender of appends, with retries: after a connection failure, or if the service sends {@code Retry-After}, it
 * sends an append again, at most {@value #RETRIES} times, and only if every event has an idempotency key. Without a key
 * it is not known whether the first attempt was stored, so the caller has to decide. Thread-safe.
 */
public final class AppendSender {
    static final int RETRIES = 3;

    /** After a longer {@code Retry-After} the append fails, because the appends behind it would wait too. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final AsyncHttpCaller asyncHttpCaller;
    private final Timers timers;
    private final Backoff backoff;
    private final RandomGenerator random;

    public AppendSender(AsyncHttpCaller asyncHttpCaller, Timers timers, Backoff backoff, RandomGenerator random) {
        this.asyncHttpCaller = asyncHttpCaller;
        this.timers = timers;
        this.backoff = backoff;
        this.random = random;
    }

    /** Sends; cancelling the future cancels the current attempt. */
    public <T> CompletableFuture<T> send(ApiCall<T> apiCall, boolean keyed) {
        if (!keyed) {
            return asyncHttpCaller.send(apiCall);
        }
        Attempts<T> attempts = new Attempts<>(apiCall);
        attempts.sendAgain();
        return attempts.result;
    }

    private final class Attempts<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final ApiCall<T> apiCall;
        private volatile @Nullable CompletableFuture<T> current;
        private int retries; // confined to the current attempt

        Attempts(ApiCall<T> apiCall) {
            this.apiCall = apiCall;
            var unused = result.whenComplete((value, failure) -> cancelIfCancelled());
        }

        void sendAgain() {
            CompletableFuture<T> attempt = asyncHttpCaller.send(apiCall);
            current = attempt;
            cancelIfCancelled();
            var unused = attempt.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else if (retries < RETRIES && isTemporary(failure) && !result.isDone()) {
                    Duration asked = asked(failure).orElse(Duration.ZERO);
                    timers.after(asked.plus(backoff.delay(++retries, random)), this::sendAgain);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        }

        private boolean isTemporary(Throwable failure) {
            return StreamExceptions.isConnectionFailure(failure)
                    || asked(failure)
                            .filter(time -> time.compareTo(LONGEST_WAIT) <= 0)
                            .isPresent();
        }

        private Optional<Duration> asked(Throwable failure) {
            return failure instanceof StreamException refusal ? refusal.retryAfter() : Optional.empty();
        }

        private void cancelIfCancelled() {
            CompletableFuture<T> attempt = current;
            if (result.isCancelled() && attempt != null) {
                attempt.cancel(false);
            }
        }
    }
}
