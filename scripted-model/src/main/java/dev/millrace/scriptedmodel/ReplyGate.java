package dev.millrace.scriptedmodel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where replies wait: for somebody to let them go on, or for time to pass. Safe for use by many threads. */
final class ReplyGate {
    /** Nobody holds a reply longer than this; a forgotten one must not keep a thread for ever. */
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
            throw new IllegalStateException("a held reply was not released within " + LONGEST);
        }
    }

    /** Waits this long, or until the gate closes. Answers whether it is still open. */
    boolean pass(Duration pace) throws InterruptedException {
        return !closed.await(pace.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** How many replies wait to be released. */
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
