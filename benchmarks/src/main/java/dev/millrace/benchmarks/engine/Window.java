package dev.millrace.benchmarks.engine;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Lets one thread have a number of operations under way. */
final class Window {
    private static final int LIMIT_SECONDS = 60;

    private final Semaphore free;
    private final int size;
    private volatile @Nullable Throwable failure;

    Window(int size) {
        this.size = size;
        this.free = new Semaphore(size);
    }

    /** Waits for a place; {@link #add} fills it. */
    void await() throws Exception {
        acquire(1);
    }

    void add(CompletionStage<?> operation) {
        operation.whenComplete((done, failed) -> {
            if (failed != null) {
                failure = failed;
            }
            free.release();
        });
    }

    /** Waits until no operation is under way. */
    void drain() throws Exception {
        acquire(size);
        free.release(size);
    }

    private void acquire(int places) throws Exception {
        if (!free.tryAcquire(places, LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException("an operation has not ended after " + LIMIT_SECONDS + " s");
        }
        Throwable failed = failure;
        if (failed != null) {
            free.release(places);
            throw new IllegalStateException("an operation failed", failed);
        }
    }
}
