package dev.millrace.testkit.internal.event;

import dev.millrace.core.StreamException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for calls of the embedded engine. */
public final class EngineCalls {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private EngineCalls() {}

    /**
     * The result of a call of the engine.
     *
     * @throws StreamException if the engine refused the call
     * @throws IllegalStateException if the engine failed, or did not answer within a minute
     */
    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(BOUND.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StreamException refused
                    ? refused
                    : new IllegalStateException("the engine failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the engine did not answer within " + BOUND, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the engine", e);
        }
    }
}
