package dev.millrace.server.internal.http;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The executor for blocking work of requests: store reads, appends to the queue, files. Threads and waiting requests
 * are bounded. Thread-safe.
 */
public final class RequestExecutor implements Executor {
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;
    private final String what;
    private final int mostWaiting;

    /** An executor for requests that messages call {@code what}; at most {@code mostWaiting} may wait to begin. */
    public RequestExecutor(String what, int most, int mostWaiting) {
        this.what = what;
        this.mostWaiting = mostWaiting;
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "millrace-" + what + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        this.threads = new ThreadPoolExecutor(
                most,
                most,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory,
                new ThreadPoolExecutor.DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    /** Begins a request; throws a 503 {@link HttpErrorException} if too many are waiting. */
    public void begin(Runnable request) {
        int waiting = threads.getQueue().size();
        if (waiting >= mostWaiting) {
            throw HttpErrorException.unavailable("the server is too busy: " + waiting + " " + what
                    + " already wait to begin; try again in a few seconds");
        }
        threads.execute(request);
    }

    /** Continues a request. This is never refused, because its answer may be half written. */
    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Lets the threads end after the queued tasks. Later tasks are dropped: their connections are closed. */
    public void stop() {
        threads.shutdown();
    }
}
