package dev.millrace.processors.script.internal.sandbox;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The thread of a sandbox: a daemon with a stack of 16 MiB that ends after 5 s without work. Thread-safe. */
final class SandboxThread {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long STACK_BYTES = 16L << 20;
    private static final int IDLE_SECONDS = 5;

    private final Map<Long, CompletableFuture<?>> pending = new HashMap<>();
    private final AtomicLong calls = new AtomicLong();
    private final ThreadPoolExecutor executor;
    private volatile @Nullable Thread running;
    private volatile boolean closed;

    SandboxThread() {
        executor = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(null, task, "millrace-script-" + COUNT.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(true);
            running = thread;
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Runs a task after all earlier tasks; after {@link #close}, does nothing. */
    void execute(Runnable task) {
        try {
            if (!closed) {
                executor.execute(task);
            }
        } catch (RejectedExecutionException tooLate) {
            // closed in between: close() has cancelled the pending calls
        }
    }

    /** As {@link #execute}, with a result; fails with {@link CancellationException} if this is closed first. */
    <T> CompletableFuture<T> call(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        long number = calls.incrementAndGet();
        synchronized (pending) {
            pending.put(number, result);
        }
        var unused = result.whenComplete((value, failure) -> {
            synchronized (pending) {
                pending.remove(number);
            }
        });
        Runnable run = () -> {
            try {
                result.complete(task.call());
            } catch (Throwable failure) { // errors too: the caller has to see them
                result.completeExceptionally(failure);
            }
        };
        execute(run);
        if (closed) {
            result.completeExceptionally(new CancellationException("the sandbox is closed"));
        }
        return result;
    }

    /**
     * Interrupts the running task, drops all waiting tasks and starts a last one. A second call does nothing.
     *
     * @param last must not block; this method does not wait for it
     */
    void close(Runnable last) {
        List<CompletableFuture<?>> left;
        synchronized (pending) {
            if (closed) {
                return;
            }
            closed = true;
            left = List.copyOf(pending.values());
        }
        executor.getQueue().clear();
        executor.execute(last);
        executor.shutdown();
        Thread busy = running;
        if (busy != null) {
            busy.interrupt();
        }
        left.forEach(result -> result.completeExceptionally(new CancellationException("the sandbox was closed")));
    }
}
