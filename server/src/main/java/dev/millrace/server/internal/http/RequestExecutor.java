package dev.millrace.server.internal.http;

import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.FairExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The executor for blocking work of requests: store reads, appends to the queue, files. Threads and waiting requests
 * are bounded, and projects and streams share both fairly. Thread-safe.
 */
public final class RequestExecutor {
    private final FairExecutor threads;
    private final String what;
    private final int mostWaiting;
    private final int mostWaitingOfProject;

    /** An executor for requests that messages call {@code what}; at most {@code mostWaiting} may wait to begin. */
    public RequestExecutor(String what, int most, int mostWaiting) {
        this.what = what;
        this.mostWaiting = mostWaiting;
        this.mostWaitingOfProject = Math.max(1, mostWaiting - mostWaiting / 4);
        AtomicInteger number = new AtomicInteger();
        this.threads = new FairExecutor(most, task -> {
            Thread thread = new Thread(task, "millrace-" + what + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins a request for a stream; throws a 503 {@link HttpErrorException} if too many are waiting.
     *
     * @param project the project, or another key for requests that have no share in one
     */
    public void begin(Object project, StreamPath path, Runnable request) {
        boolean begun;
        try {
            begun = threads.tryExecute(project, path, request, mostWaiting, mostWaitingOfProject);
        } catch (RejectedExecutionException stopped) {
            return; // dropped, as in of()
        }
        if (!begun) {
            throw HttpErrorException.unavailable("the server is too busy: " + threads.waiting() + " " + what
                    + " already wait to begin, " + threads.waiting(project)
                    + " of them for this project; try again in a few seconds");
        }
    }

    /**
     * Continues requests for a stream. This is never refused, because their answers may be half written. After the
     * stop, tasks are dropped: their connections are closed.
     */
    public Executor of(Object project, StreamPath path) {
        Executor executor = threads.of(project, path);
        return task -> {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException stopped) {
                // dropped
            }
        };
    }

    /** Lets the threads end after the queued tasks. */
    public void stop() {
        threads.shutdown();
    }
}
