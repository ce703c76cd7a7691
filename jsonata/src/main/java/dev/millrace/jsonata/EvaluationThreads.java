package dev.millrace.jsonata;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An executor for evaluations, so that slow expressions delay only other expressions. It has as many threads as
 * evaluations may run at once. They are daemons, named {@code millrace-jsonata-n}, and end after ten idle seconds.
 *
 * <p>The queue has no limit of its own. Callers limit it: a processor evaluates one expression of a stream at a time,
 * and a server one for each request.
 *
 * @since 0.1
 */
public final class EvaluationThreads {
    private static final int COUNT = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final ThreadPoolExecutor SHARED = threads();

    private EvaluationThreads() {}

    /** The executor of the whole JVM. Thread-safe. */
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
