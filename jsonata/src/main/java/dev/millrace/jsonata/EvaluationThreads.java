package dev.millrace.jsonata;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for evaluations, as many as may run at once, so that expressions that use up their time keep nobody waiting but
 * other expressions. Daemons, named {@code millrace-jsonata-n}, gone after ten idle seconds.
 *
 * <p>What waits for them is bounded by whoever asks: a processor evaluates one expression of a stream at a time, and a server
 * one for each request.
 */
public final class EvaluationThreads {
    private static final int COUNT = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final ThreadPoolExecutor SHARED = threads();

    private EvaluationThreads() {}

    /** The threads that the whole JVM shares. Safe for use by many threads. */
    public static Executor shared() {
        return SHARED;
    }

    private static ThreadPoolExecutor threads() {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(COUNT, COUNT, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(null, work, "millrace-jsonata-" + NUMBERS.incrementAndGet(), 1 << 20);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
