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
 * Keeps the appends to one stream in the order of the calls: one is sent when the one before it is answered. Requests
 * on several connections would overtake each other. Dependent appends are not sent after one that failed: those that wait
 * behind it fail as it did, so that their caller can send all of them again in order. A stream without appends under way takes no memory. Safe for use
 * by many threads.
 */
public final class AppendQueues {
    private final Map<StreamPath, Queue<Waiting<?>>> lanes = new HashMap<>(); // guarded by this

    /**
     * Sends when everything sent to this stream before is answered, well or badly.
     *
     * @param isDependent whether it fails with a dependent append that failed before it and may succeed later
     * @param send called once, or not at all when the future is cancelled before its turn
     * @return completes as the future of {@code send}; cancelling it cancels that one
     */
    public <T> CompletableFuture<T> enter(StreamPath path, boolean isDependent, Supplier<CompletableFuture<T>> send) {
        Waiting<T> waiting = new Waiting<>(send, isDependent);
        boolean idle;
        synchronized (this) {
            idle = !lanes.containsKey(path);
            lanes.computeIfAbsent(path, any -> new ArrayDeque<>()).add(waiting);
        }
        if (idle) {
            advance(path);
        }
        return waiting.result;
    }

    /** How many streams have appends under way. */
    synchronized int size() {
        return lanes.size();
    }

    /**
     * Sends until something is under way or nothing is left. A loop, so that a long lane takes no stack; and callers
     * hear of what was over at once only when the lane has moved on, since what they do then may wait for it.
     */
    private void advance(StreamPath path) {
        List<Runnable> over = new ArrayList<>();
        Waiting<?> next = next(path);
        while (next != null) {
            Waiting<?> sent = next;
            if (sent.send(failure -> answered(path, sent, failure), over)) {
                break;
            }
            next = next(path);
        }
        over.forEach(Runnable::run);
    }

    private void answered(StreamPath path, Waiting<?> sent, @Nullable Throwable failure) {
        if (sent.isDependent && failure instanceof StreamException refusal && refusal.isRetryable()) {
            failDependents(path, refusal);
        }
        advance(path);
    }

    private void failDependents(StreamPath path, StreamException refusal) {
        List<Waiting<?>> behind = new ArrayList<>();
        synchronized (this) {
            Queue<Waiting<?>> lane = lanes.get(path);
            if (lane != null) {
                lane.removeIf(waiting -> waiting.isDependent && behind.add(waiting));
            }
        }
        behind.forEach(waiting -> waiting.result.completeExceptionally(refusal));
    }

    private synchronized @Nullable Waiting<?> next(StreamPath path) {
        Queue<Waiting<?>> lane = lanes.get(path);
        Waiting<?> next = lane == null ? null : lane.poll();
        if (next == null) {
            lanes.remove(path);
        }
        return next;
    }

    private static final class Waiting<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final Supplier<CompletableFuture<T>> send;
        private final boolean isDependent;

        Waiting(Supplier<CompletableFuture<T>> send, boolean isDependent) {
            this.send = send;
            this.isDependent = isDependent;
        }

        /**
         * Sends it.
         *
         * @param answered called when the answer comes later, before the caller hears of it
         * @param over where what tells the caller is put when the answer is already there
         * @return whether the answer comes later
         */
        boolean send(Consumer<@Nullable Throwable> answered, List<Runnable> over) {
            if (result.isDone()) {
                return false;
            }
            CompletableFuture<T> sent = send.get();
            result.whenComplete((value, failure) -> {
                if (result.isCancelled()) {
                    sent.cancel(false);
                }
            });
            if (sent.isDone()) {
                over.add(() -> sent.whenComplete(this::finish));
                return false;
            }
            sent.whenComplete((value, failure) -> {
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
