package dev.millrace.core.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Real time. */
enum SystemTimers implements Timers {
    INSTANCE;

    private final ScheduledThreadPoolExecutor thread;

    SystemTimers() {
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "millrace-timers");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        ScheduledFuture<?> future = thread.schedule(task, Waiting.nanos(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
