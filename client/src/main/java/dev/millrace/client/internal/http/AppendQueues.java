package dev.millrace.client.internal.http;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queues of appends, one for each stream: an append is sent after the answer to the one before, so that they arrive
 * in the order of the calls. If a dependent append fails, the dependent appends that wait behind it fail too, so that
 * the caller can send all of them again in order. A stream without appends uses no memory. Thread-safe.
 */
public final class AppendQueues {
    private final Map<StreamPath, Queue<QueuedAppend<?>>> lanes = new HashMap<>(); // guarded by this

    /**
     * Queues an append behind all earlier ones to this stream. A dependent append fails if a dependent append before it
     * fails with a retryable failure. If the future is cancelled before its turn, {@code send} is not called.
     */
    public <T> CompletableFuture<T> enter(StreamPath path, boolean isDependent, Supplier<CompletableFuture<T>> send) {
        QueuedAppend<T> waiting = new QueuedAppend<>(send, isDependent);
        boolean idle;
        synchronized (this) {
            idle = !lanes.containsKey(path);
            lanes.computeIfAbsent(path, any -> new ArrayDeque<>()).add(waiting);
        }
        if (idle) {
            sendNext(path);
        }
        return waiting.result;
    }

    synchronized int size() {
        return lanes.size();
    }

    /**
     * Sends the next appends until one has to wait for its answer. A loop, so that a long queue needs no stack. Futures
     * of immediate answers are completed after the loop, because code of the caller may wait for later appends.
     */
    private void sendNext(StreamPath path) {
        List<Runnable> finished = new ArrayList<>();
        QueuedAppend<?> next = takeNext(path);
        while (next != null) {
            QueuedAppend<?> sent = next;
            if (sent.send(failure -> answered(path, sent, failure), finished)) {
                break;
            }
            next = takeNext(path);
        }
        finished.forEach(Runnable::run);
    }

    private void answered(StreamPath path, QueuedAppend<?> sent, @Nullable Throwable failure) {
        if (sent.isDependent && failure instanceof StreamException refusal && refusal.isRetryable()) {
            failDependents(path, refusal);
        }
        sendNext(path);
    }

    private void failDependents(StreamPath path, StreamException refusal) {
        List<QueuedAppend<?>> behind = new ArrayList<>();
        synchronized (this) {
            Queue<QueuedAppend<?>> lane = lanes.get(path);
            if (lane != null) {
                lane.removeIf(waiting -> waiting.isDependent && behind.add(waiting));
            }
        }
        behind.forEach(waiting -> waiting.result.completeExceptionally(refusal));
    }

    private synchronized @Nullable QueuedAppend<?> takeNext(StreamPath path) {
        Queue<QueuedAppend<?>> lane = lanes.get(path);
        QueuedAppend<?> next = lane == null ? null : lane.poll();
        if (next == null) {
            lanes.remove(path);
        }
        return next;
    }

    private static final class QueuedAppend<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final Supplier<CompletableFuture<T>> send;
        private final boolean isDependent;

        QueuedAppend(Supplier<CompletableFuture<T>> send, boolean isDependent) {
            this.send = send;
            this.isDependent = isDependent;
        }

        /**
         * Sends it. If the answer comes later, returns true and calls {@code answered} before the future completes. If
         * it is there at once, adds the completion of the future to {@code finished}.
         */
        boolean send(Consumer<@Nullable Throwable> answered, List<Runnable> finished) {
            if (result.isDone()) {
                return false;
            }
            CompletableFuture<T> sent = send.get();
            var unused = result.whenComplete((value, failure) -> {
                if (result.isCancelled()) {
                    sent.cancel(false);
                }
            });
            if (sent.isDone()) {
                finished.add(() -> {
                    var unusedEnd = sent.whenComplete(this::finish);
                });
                return false;
            }
            var unusedEnd = sent.whenComplete((value, failure) -> {
                answered.accept(failure);
                finish(value, failure);
            });
            return true;
        }

        private void finish(T value, @Nullable Throwable failure) {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        }
    }
}
