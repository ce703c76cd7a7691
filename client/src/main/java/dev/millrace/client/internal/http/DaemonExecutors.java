package dev.millrace.client.internal.http;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A factory of executors with daemon threads, which end after a minute without work. */
final class DaemonExecutors {
    private static final Duration IDLE = Duration.ofMinutes(1);

    private DaemonExecutors() {}

    /** An executor without a limit of threads; its callers have one. */
    static ExecutorService named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE.toSeconds(), TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, prefix + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
