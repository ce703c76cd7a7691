package dev.millrace.core.runner;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call whose thread waits for the result anyway. Example: {@code BlockingCall.start(limit, () -> streams.append(path,
 * payload)).get()}. An engine in the same process then lets this thread do the work instead of another one, which saves
 * two changes of threads; other implementations do the same as without it. Thread-safe.
 *
 * <p>Do not use it on a thread that must not wait, or that holds a lock which code of the process needs.
 *
 * @since 0.1
 */
public final class BlockingCall {
    private static final ThreadLocal<@Nullable Duration> LIMIT = new ThreadLocal<>();

    private BlockingCall() {}

    /**
     * Makes the call. Its future may be complete when this method returns, and its work may have run on this thread.
     *
     * @param limit how long the thread waits for work of other threads; then, or if the thread is interrupted, the
     *     method returns a future that is completed later. Work of its own is not cut off
     */
    public static <T> CompletableFuture<T> start(Duration limit, Supplier<CompletableFuture<T>> call) {
        Duration before = LIMIT.get();
        LIMIT.set(limit);
        try {
            return call.get();
        } finally {
            if (before == null) {
                LIMIT.remove();
            } else {
                LIMIT.set(before);
            }
        }
    }

    /** How long the current thread waits; empty outside of such a call. */
    public static Optional<Duration> limit() {
        return Optional.ofNullable(LIMIT.get());
    }
}
