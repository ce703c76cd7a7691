package dev.millrace.engine.internal.threads;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.engine.internal.commit.ActivityCounter;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/** The executor that calls user code and completes futures; the writer thread does neither. Thread-safe. */
public final class CallbackExecutor implements Executor {
    private final ExecutorService threads;
    private final ActivityCounter activity;
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();

    public CallbackExecutor(ExecutorService threads, ActivityCounter activity) {
        this.threads = threads;
        this.activity = activity;
    }

    /** Runs a task on its own thread; after the shutdown on the caller's thread, if that may block. */
    @Override
    public void execute(Runnable task) {
        try {
            activity.execute(threads, task);
        } catch (RejectedExecutionException stopped) {
            if (NonBlockingThread.isCurrent()) {
                activity.execute(last -> new Thread(last, "millrace-last-delivery").start(), task);
            } else {
                task.run();
            }
        }
    }

    /**
     * Answers a caller. Answers begin in the order of these calls. Each has its own thread: it runs the code that the
     * caller attached to the future, and that code may wait for a later answer.
     */
    public void answer(Runnable answer) {
        answers.add(answer);
        answerWaiting();
    }

    /** Starts a thread for an answer that {@link #answer} queued before it threw. */
    public void answerWaiting() {
        execute(this::answerNext);
    }

    private void answerNext() {
        Runnable next = answers.poll();
        if (next != null) {
            next.run();
        }
    }

    /** Computes a value; every failure becomes a {@link StreamException}. */
    public <T> CompletableFuture<T> supply(StreamPath path, Supplier<T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        execute(() -> complete(future, path, work));
        return future;
    }

    /** As {@link #supply}, with the value of another future. */
    public <A, B> CompletableFuture<B> then(CompletableFuture<A> first, StreamPath path, Function<A, B> next) {
        CompletableFuture<B> future = new CompletableFuture<>();
        var unused = first.whenComplete((value, failure) -> {
            if (failure != null) {
                future.completeExceptionally(failure);
            } else {
                execute(() -> complete(future, path, () -> next.apply(value)));
            }
        });
        return future;
    }

    public static <T> void complete(CompletableFuture<T> future, StreamPath path, Supplier<T> work) {
        try {
            future.complete(work.get());
        } catch (StreamException e) {
            future.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            future.completeExceptionally(new StreamException(
                    Code.INTERNAL,
                    path,
                    "request failed: " + path + "; " + e
                            + "; see the cause, or the log of the server; if it names the disk, check free space and"
                            + " permissions of the data directory",
                    e));
        }
    }

    public void shutdown() {
        threads.shutdown();
    }
}
