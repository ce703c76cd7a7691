package dev.millrace.core.internal.run;

import dev.millrace.core.StreamException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waits for futures with a time limit. */
public final class BoundedAwait {
    private BoundedAwait() {}

    /** The nanoseconds of a duration; {@link Long#MAX_VALUE} if it is too long. */
    public static long nanos(Duration duration) {
        return duration.toDays() < 100_000 ? duration.toNanos() : Long.MAX_VALUE;
    }

    /** True if the future completes, normally or exceptionally, within the limit. */
    public static boolean completes(CompletableFuture<?> future, Duration limit) {
        try {
            future.get(nanos(limit), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Waits for a future that belongs to this caller alone: after the limit it is cancelled.
     *
     * @param whyNot completes the message of the TIMEOUT
     * @throws StreamException TIMEOUT after the limit, or what the future failed with
     */
    public static void await(CompletableFuture<?> future, Duration limit, String what, Supplier<String> whyNot) {
        try {
            future.get(nanos(limit), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StreamException failure) {
                throw new StreamException(
                        failure.code(), failure.path().orElse(null), what + ": " + failure.getMessage(), failure);
            }
            throw new StreamException(StreamException.Code.INTERNAL, null, what + ": " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            future.cancel(false);
            throw new StreamException(
                    StreamException.Code.TIMEOUT, null, what + " timed out after " + limit + ": " + whyNot.get(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamException(StreamException.Code.TIMEOUT, null, what + ": interrupted", e);
        }
    }
}
