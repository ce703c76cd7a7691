package dev.millrace.scriptedmodel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A gate at which replies wait until they are released or a time has passed. Thread-safe. */
final class ReplyGate {
    /** The longest time of a held reply, so that a forgotten one does not block its thread for ever. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final List<CountDownLatch> held = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Waits until {@link #release()} or {@link #close()}. */
    void hold() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        synchronized (this) {
            if (closed.getCount() == 0) {
                return;
            }
            held.add(latch);
        }
        boolean released = latch.await(LONGEST.toSeconds(), TimeUnit.SECONDS);
        synchronized (this) {
            held.remove(latch);
        }
        if (!released) {
            throw new IllegalStateException(
                    "a held reply was not released within " + LONGEST + "; call release() in the test");
        }
    }

    /** Waits this long, or until the gate closes; returns whether the gate is still open. */
    boolean pass(Duration pace) throws InterruptedException {
        return !closed.await(pace.toNanos(), TimeUnit.NANOSECONDS);
    }

    synchronized int held() {
        return held.size();
    }

    synchronized void release() {
        held.forEach(CountDownLatch::countDown);
        held.clear();
    }

    synchronized void close() {
        closed.countDown();
        release();
    }
}
