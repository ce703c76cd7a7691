package dev.millrace.server.internal.routes;

import dev.millrace.core.runner.BlockingCall;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Appends on the threads of their requests: such a thread writes its events itself, and then the answer. At most {@value
 * #MOST} threads do so at a time, so that the other threads go on reading requests, which become the next group. The
 * appends of the others are stored and answered by other threads. Thread-safe.
 */
final class WaitingWriters {
    private static final int MOST = 4;
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final Semaphore permits = new Semaphore(MOST);

    /** Starts an append; its future may be complete already. */
    <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> append) {
        if (!permits.tryAcquire()) {
            return append.get();
        }
        try {
            return BlockingCall.start(LIMIT, append);
        } finally {
            permits.release();
        }
    }
}
