package dev.millrace.core.internal.run;

import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Timers with the machine's clock and one daemon thread. */
public enum SystemTimers implements Timers {
    INSTANCE;

    /**
     * A task with a due time looks at the clock at least this often, because a thread's wait does not count the time
     * while the machine sleeps.
     */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

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
    public Timer after(Duration delay, Runnable task) {
        ScheduledFuture<?> future = schedule(delay, task);
        return () -> future.cancel(false);
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        DueTimer timer = new DueTimer(due, task);
        timer.arm();
        return timer;
    }

    private ScheduledFuture<?> schedule(Duration delay, Runnable task) {
        return thread.schedule(() -> run(task), BoundedAwait.nanos(delay), TimeUnit.NANOSECONDS);
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

    private final class DueTimer implements Timer {
        private final Instant due;
        private final Runnable task;
        private @Nullable ScheduledFuture<?> next;
        private boolean cancelled;

        DueTimer(Instant due, Runnable task) {
            this.due = due;
            this.task = task;
        }

        synchronized void arm() {
            if (!cancelled) {
                Instant now = now();
                boolean isFar = due.isAfter(now.plus(LONGEST_WAIT));
                boolean isPast = due.isBefore(now);
                next = schedule(
                        isFar ? LONGEST_WAIT : isPast ? Duration.ZERO : Duration.between(now, due), this::runOrRearm);
            }
        }

        private void runOrRearm() {
            if (due.isAfter(now())) {
                arm();
            } else if (!isCancelled()) {
                task.run();
            }
        }

        private synchronized boolean isCancelled() {
            return cancelled;
        }

        @Override
        public synchronized void cancel() {
            cancelled = true;
            if (next != null) {
                next.cancel(false);
            }
        }
    }
}
