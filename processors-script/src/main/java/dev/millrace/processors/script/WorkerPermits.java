package dev.millrace.processors.script;

import java.util.concurrent.atomic.AtomicInteger;

/** How many workers may run at a time, and do. Safe for use by many threads. */
final class WorkerPermits {
    private final AtomicInteger taken;
    private final int most;

    /** Some of what is taken already counts against {@code most}. */
    WorkerPermits(AtomicInteger taken, int most) {
        this.taken = taken;
        this.most = most;
    }

    boolean take() {
        if (taken.incrementAndGet() <= most) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }
}
