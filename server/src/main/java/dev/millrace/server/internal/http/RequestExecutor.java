package dev.millrace.server.internal.http;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which requests do what can wait: ask the store, queue an append, read a file. Bounded, and so is the
 * number of requests that wait for one of them. Safe for use by many threads.
 */
public final class RequestExecutor implements Executor {
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;
    private final String what;
    private final int mostWaiting;

    /**
     * No threads yet.
     *
     * @param what what the requests are, in the plural
     * @param most how many threads there are at most
     * @param mostWaiting how many requests wait at most to begin
     */
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

    /**
     * Begins a request.
     *
     * @throws HttpErrorException 503 when too many wait to begin
     */
    public void begin(Runnable request) {
        int waiting = threads.getQueue().size();
        if (waiting >= mostWaiting) {
            throw HttpErrorException.unavailable("the server is too busy: " + waiting + " " + what
                    + " are waiting to begin already; try again later");
        }
        threads.execute(request);
    }

    /** Continues a request that has begun; never refused, because an answer may be half written. */
    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Lets the threads end when they are done. What comes later is dropped: its connection was closed. */
    public void stop() {
        threads.shutdown();
    }
}
