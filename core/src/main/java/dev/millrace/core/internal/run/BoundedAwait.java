package dev.millrace.core.internal.run;

import dev.millrace.core.StreamException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, always with a limit. */
public final class BoundedAwait {
    private BoundedAwait() {}

    /** In nanoseconds; what is longer than they can say is as good as for ever. */
    public static long nanos(Duration duration) {
        return duration.toDays() < 100_000 ? duration.toNanos() : Long.MAX_VALUE;
    }

    /** Whether the future completes, in whatever way, within the limit. */
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
     * Waits for the future, which nobody else waits for: after the limit it is cancelled.
     *
     * @throws StreamException TIMEOUT after the limit, or what the future failed with
     */
    public static void await(CompletableFuture<?> future, Duration limit, String what) {
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
            throw new StreamException(StreamException.Code.TIMEOUT, null, what + ": did not happen within " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamException(StreamException.Code.TIMEOUT, null, what + ": interrupted", e);
        }
    }
}
