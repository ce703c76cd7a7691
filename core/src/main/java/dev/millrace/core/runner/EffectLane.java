package dev.millrace.core.runner;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one lane of effects of a (processor, stream): strictly first in, first out, one at a time. The task at the head
 * stays there until its stage completes, retries included; then it counts as done. Safe for use by many threads.
 */
final class EffectLane {
    /** One thing to do. */
    interface Task {
        /** The offset that is acknowledged when it is done; empty when it belongs to no event. */
        OptionalLong offset();

        /** Does it, for the {@code attempt}-th time. May throw. */
        CompletionStage<Void> run(int attempt);

        /** Whether another try may help. */
        boolean mayRetry(Throwable failure);

        /** It failed for good; the lane goes on when the returned stage completes, however that is. */
        CompletionStage<Void> failed(Throwable failure, int attempts);
    }

    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private final Executor executor;
    private final Timers timers;
    private final RetryPolicy retry;
    private final RandomGenerator random;
    private final int capacity;
    private final Runnable onProgress;

    private final Deque<Task> tasks = new ArrayDeque<>();
    private @Nullable CompletableFuture<Void> room;
    private boolean running;
    private boolean stopped;
    private int attempt = 1;
    private int generation;

    EffectLane(RunnerOptions options, Runnable onProgress) {
        this.executor = options.executor();
        this.timers = options.timers();
        this.retry = options.retry();
        this.random = options.random();
        this.capacity = options.maxUnacknowledged();
        this.onProgress = onProgress;
    }

    /** Whether the calling thread is running a task of some lane right now. */
    static boolean isInside() {
        return INSIDE.get();
    }

    /** Puts a task at the end. Never blocks; whoever feeds the lane calls {@link #awaitRoom} afterwards. */
    void submit(Task task) {
        synchronized (this) {
            if (stopped) {
                return;
            }
            tasks.addLast(task);
        }
        pump();
    }

    /** Waits until fewer tasks than the capacity are pending; false when that took longer than the limit. */
    boolean awaitRoom(Duration limit) {
        CompletableFuture<Void> waited = whenRoom();
        return Waiting.completes(waited, limit);
    }

    /** Completes when fewer tasks than the capacity are pending. */
    synchronized CompletableFuture<Void> whenRoom() {
        if (tasks.size() < capacity || stopped) {
            return CompletableFuture.completedFuture(null);
        }
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    /** Whether nothing is pending. */
    synchronized boolean isIdle() {
        return tasks.isEmpty();
    }

    /** The offset of the oldest event whose effect is not done. */
    synchronized OptionalLong oldestPending() {
        for (Task task : tasks) {
            if (task.offset().isPresent()) {
                return task.offset();
            }
        }
        return OptionalLong.empty();
    }

    /** How many tasks are pending. */
    synchronized int pending() {
        return tasks.size();
    }

    /** Forgets everything pending; a task that is under way ends without consequence. */
    void clear() {
        synchronized (this) {
            tasks.clear();
            generation++;
            running = false;
            attempt = 1;
            releaseRoom();
        }
        onProgress.run();
    }

    /** As {@link #clear}, and takes nothing more. */
    void stop() {
        synchronized (this) {
            stopped = true;
        }
        clear();
    }

    private void pump() {
        int current;
        synchronized (this) {
            if (running || tasks.isEmpty()) {
                return;
            }
            running = true;
            current = generation;
        }
        executor.execute(() -> drain(current));
    }

    private void drain(int current) {
        while (true) {
            Task task;
            int number;
            synchronized (this) {
                if (current != generation) {
                    return;
                }
                task = tasks.peekFirst();
                if (task == null) {
                    running = false;
                    return;
                }
                number = attempt;
            }
            CompletableFuture<Void> stage = invoke(task, number);
            if (!stage.isDone()) {
                stage.whenComplete((nothing, failure) -> executor.execute(() -> {
                    if (settle(current, task, number, failure)) {
                        drain(current);
                    }
                }));
                return;
            }
            Throwable failure = stage.handle((nothing, thrown) -> thrown).getNow(null);
            if (!settle(current, task, number, failure)) {
                return;
            }
        }
    }

    /** Returns whether the caller goes on with the head of the queue; otherwise a timer or a stage will. */
    private boolean settle(int current, Task task, int number, @Nullable Throwable failure) {
        if (failure == null) {
            return finish(current);
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        synchronized (this) {
            if (current != generation) {
                return false;
            }
            if (task.mayRetry(cause) && number <= retry.retries()) {
                attempt = number + 1;
                timers.after(retry.delay(number, random), () -> executor.execute(() -> drain(current)));
                return false;
            }
        }
        task.failed(cause, number)
                .whenComplete((nothing, again) -> executor.execute(() -> {
                    if (finish(current)) {
                        drain(current);
                    }
                }));
        return false;
    }

    private boolean finish(int current) {
        synchronized (this) {
            if (current != generation) {
                return false;
            }
            tasks.removeFirst();
            attempt = 1;
            if (tasks.size() < capacity) {
                releaseRoom();
            }
        }
        onProgress.run();
        return true;
    }

    private void releaseRoom() {
        if (room != null) {
            CompletableFuture<Void> released = room;
            room = null;
            executor.execute(() -> released.complete(null));
        }
    }

    private static CompletableFuture<Void> invoke(Task task, int number) {
        INSIDE.set(true);
        try {
            return task.run(number).toCompletableFuture();
        } catch (RuntimeException | StackOverflowError failure) {
            return CompletableFuture.failedFuture(failure);
        } finally {
            INSIDE.remove();
        }
    }
}
