package dev.millrace.engine.internal.threads;

import dev.millrace.core.hosting.FairExecutor;
import dev.millrace.engine.internal.commit.ActivityCounter;
import dev.millrace.engine.spi.StreamKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The threads for work whose length grows with a stream: states, lists, forks, imports. They are few, and projects and streams
 * share them fairly, so that such work delays neither short reads nor that of others. There is one for every two
 * processors, but 2 at least. Answers are given on callback threads. Thread-safe.
 */
public final class LongWork {
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);

    private final FairExecutor threads = new FairExecutor(THREADS, CallbackThreads.daemon("millrace-states-"));
    private final CallbackExecutor callbackExecutor;
    private final ActivityCounter activity;

    public LongWork(CallbackExecutor callbackExecutor, ActivityCounter activity) {
        this.callbackExecutor = callbackExecutor;
        this.activity = activity;
    }

    /** Runs a task; after the shutdown on a callback thread. */
    public void execute(StreamKey stream, Runnable task) {
        try {
            activity.execute(threads.of(stream.project(), stream.path()), task);
        } catch (RejectedExecutionException stopped) {
            callbackExecutor.execute(task);
        }
    }

    /** Computes a value; every failure becomes a {@link dev.millrace.core.StreamException}. */
    public <T> CompletableFuture<T> supply(StreamKey stream, Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        supply(stream, work, answer);
        return answer;
    }

    /** As {@link #supply}, with the value of another future. */
    public <A, B> CompletableFuture<B> then(CompletableFuture<A> first, StreamKey stream, Function<A, B> next) {
        CompletableFuture<B> answer = new CompletableFuture<>();
        var unused = first.whenComplete((value, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                supply(stream, () -> next.apply(value), answer);
            }
        });
        return answer;
    }

    private <T> void supply(StreamKey stream, Supplier<T> work, CompletableFuture<T> answer) {
        execute(stream, () -> {
            CompletableFuture<T> computed = new CompletableFuture<>();
            CallbackExecutor.complete(computed, stream.path(), work);
            callbackExecutor.execute(() -> {
                var unused = computed.whenComplete((value, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        answer.complete(value);
                    }
                });
            });
        });
    }

    public void shutdown() {
        threads.shutdown();
    }
}
