package dev.millrace.engine.internal.commit;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A counter of the queued and running work of one engine: requests to the writer, and tasks on its threads. If a task
 * causes another one, the new task is counted before the first one ends; so at zero there is no work left. Thread-safe.
 */
public final class ActivityCounter {
    private final AtomicLong underWay = new AtomicLong();

    void begin() {
        underWay.incrementAndGet();
    }

    void end() {
        underWay.decrementAndGet();
    }

    public boolean isIdle() {
        return underWay.get() == 0;
    }

    /** Submits a task that counts from now until it has run, or until the executor refuses it. */
    public void execute(Executor executor, Runnable task) {
        AtomicBoolean ended = new AtomicBoolean();
        begin();
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    end(ended);
                }
            });
        } catch (RuntimeException | Error refused) {
            end(ended);
            throw refused;
        }
    }

    private void end(AtomicBoolean ended) {
        if (!ended.getAndSet(true)) {
            end();
        }
    }
}
