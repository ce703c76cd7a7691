package dev.millrace.processors.script;

import java.util.concurrent.atomic.AtomicInteger;

/** A counter that limits the number of running workers. Thread-safe. */
final class WorkerPermits {
    private final AtomicInteger taken;
    private final int most;

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
