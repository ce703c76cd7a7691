package dev.millrace.core.internal.run;

import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers with the machine's clock and one daemon thread. */
public enum SystemTimers implements Timers {
    INSTANCE;

    private static final long START = System.nanoTime();

    private final ScheduledThreadPoolExecutor thread;

    private static final class TimerThread extends Thread implements NonBlockingThread {
        TimerThread(Runnable task) {
            super(task, "millrace-timers");
            setDaemon(true);
        }
    }

    SystemTimers() {
        thread = new ScheduledThreadPoolExecutor(1, TimerThread::new);
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - START);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        ScheduledFuture<?> future = thread.schedule(() -> run(task), BoundedAwait.nanos(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        return DueTimer.set(this, due, task);
    }

    /** Logs what a task throws: the executor would ignore it. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            System.getLogger("dev.millrace.core.runner")
                    .log(Level.ERROR, "a timer task failed; it does not run again", e);
        }
    }
}
