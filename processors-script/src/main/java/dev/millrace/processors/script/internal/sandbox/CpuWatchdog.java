package dev.millrace.processors.script.internal.sandbox;

import dev.millrace.core.runner.Timers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/**
 * A watchdog that interrupts a thread when it exceeds its processor time, or twenty times that limit in real time. It
 * uses the system clock, not the clock of the host, because processor time is real time even in a test with a virtual
 * clock.
 */
final class CpuWatchdog implements AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int PATIENCE = 20;
    private static final Duration LEAST = Duration.ofMillis(5);

    private final Thread watched = Thread.currentThread();
    private final long most;
    private final long cpuAtStart = cpu(watched);
    private final long wallAtStart = System.nanoTime();
    private boolean bitten;
    private boolean over;

    /** Watches the calling thread until it is closed. */
    CpuWatchdog(Duration most) {
        this.most = most.toNanos();
        look();
    }

    private synchronized void look() {
        if (over) {
            return;
        }
        long left = most - used();
        if (left <= 0 || System.nanoTime() - wallAtStart > most * PATIENCE) {
            bitten = true;
            watched.interrupt();
        } else {
            Duration pause = Duration.ofNanos(left);
            Timers.system().after(pause.compareTo(LEAST) < 0 ? LEAST : pause, this::look);
        }
    }

    /** The processor time used so far, in nanoseconds. */
    long used() {
        return cpu(watched) - cpuAtStart;
    }

    synchronized boolean hasBitten() {
        return bitten;
    }

    /** Stops watching. Clears the interrupt that this watchdog has set. */
    @Override
    public synchronized void close() {
        over = true;
        if (bitten) {
            boolean cleared = Thread.interrupted();
            assert cleared || !watched.isInterrupted();
        }
    }

    private static long cpu(Thread thread) {
        long time = THREADS.isThreadCpuTimeSupported() ? THREADS.getThreadCpuTime(thread.getId()) : -1;
        return time >= 0 ? time : System.nanoTime();
    }
}
