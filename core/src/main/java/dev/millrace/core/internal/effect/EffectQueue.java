package dev.millrace.core.internal.effect;

import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.run.BoundedAwait;
import dev.millrace.core.internal.run.Failpoints;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.processor.BlockingProcessor;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The queue of effects of a (processor, stream): first in, first out, one at a time. A task stays at the head until its
 * stage completes, retries included. Safe for use by many threads.
 */
public final class EffectQueue {
    interface Task {
        /** The offset that is acknowledged when the task has finished; empty if it belongs to no event. */
        OptionalLong offset();

        /** Runs the task; {@code attempt} is the number of the try, from 1. May throw. */
        CompletionStage<Void> run(int attempt);

        boolean mayRetry(Throwable failure);

        /** The last try failed. The queue continues when the returned stage completes, normally or exceptionally. */
        CompletionStage<Void> failed(Throwable failure, int attempts);
    }

    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private final Executor executor;
    private final Timers timers;
    private final RetryPolicy retry;
    private final RandomGenerator random;
    private final int capacity;
    private final Runnable onProgress;
    private final Failpoints failpoints;

    private final Deque<Task> tasks = new ArrayDeque<>();
    private int events;
    private @Nullable CompletableFuture<Void> room;
    private boolean running;
    private boolean stopped;
    private int attempt = 1;
    private int generation;

    public EffectQueue(RunnerOptions options, Runnable onProgress) {
        this.executor = options.executor();
        this.timers = options.timers();
        this.retry = options.retry();
        this.random = options.random();
        this.capacity = options.maxUnacknowledged();
        this.onProgress = onProgress;
        this.failpoints = options.failpoints();
    }

    /** True if the calling thread is running a task of any effect queue. */
    public static boolean isInside() {
        return INSIDE.get() || BlockingProcessor.isActing();
    }

    /** Runs a part of a task on another thread. */
    static <T> T inside(Supplier<T> part) {
        boolean outer = INSIDE.get();
        INSIDE.set(true);
        try {
            return part.get();
        } finally {
            if (!outer) {
                INSIDE.remove();
            }
        }
    }

    /**
     * Adds a task; never blocks. The caller calls {@link #awaitRoom} afterwards. After the queue was stopped, the task
     * stays pending.
     */
    void submit(Task task) {
        synchronized (this) {
            tasks.addLast(task);
            events += weight(task);
        }
        startDraining();
    }

    /** A task without an event takes no room, because it may itself wait for the intake. */
    private static int weight(Task task) {
        return task.offset().isPresent() ? 1 : 0;
    }

    /** Waits until there is room; false after the limit. */
    public boolean awaitRoom(Duration limit) {
        return BoundedAwait.completes(whenRoom(), limit);
    }

    /** Completes when fewer events than the capacity have pending effects. */
    public synchronized CompletableFuture<Void> whenRoom() {
        if (events < capacity || stopped) {
            return CompletableFuture.completedFuture(null);
        }
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    synchronized boolean isFull() {
        return events >= capacity && !stopped;
    }

    public synchronized boolean isIdle() {
        return tasks.isEmpty();
    }

    synchronized OptionalLong oldestPending() {
        for (Task task : tasks) {
            if (task.offset().isPresent()) {
                return task.offset();
            }
        }
        return OptionalLong.empty();
    }

    public synchronized int pending() {
        return tasks.size();
    }

    /** Removes all tasks; the result of a running one is ignored. */
    void clear() {
        synchronized (this) {
            tasks.clear();
            events = 0;
            generation++;
            running = false;
            attempt = 1;
            releaseRoom();
        }
        reportProgress();
    }

    /**
     * Starts no more tasks; the result of a running one is ignored. Tasks stay pending, so that they do not count as
     * acknowledged.
     */
    public synchronized void stop() {
        stopped = true;
        generation++;
        releaseRoom();
    }

    private void startDraining() {
        int current;
        synchronized (this) {
            if (running || stopped || tasks.isEmpty()) {
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
                var unused = stage.whenComplete((nothing, failure) -> executor.execute(() -> {
                    if (finishTask(current, task, number, failure)) {
                        drain(current);
                    }
                }));
                return;
            }
            Throwable failure = stage.handle((nothing, thrown) -> thrown).getNow(null);
            if (!finishTask(current, task, number, failure)) {
                return;
            }
        }
    }

    /** True if the caller continues with the head of the queue; otherwise a timer or a stage continues. */
    private boolean finishTask(int current, Task task, int number, @Nullable Throwable failure) {
        if (failure == null) {
            failpoints.reach(Failpoints.Point.AFTER_EFFECT);
            return removeHead(current);
        }
        Throwable cause = Appender.unwrap(failure);
        boolean again = number <= retry.retries() && task.mayRetry(cause);
        synchronized (this) {
            if (current != generation) {
                return false;
            }
            if (again) {
                attempt = number + 1;
            }
        }
        if (again) {
            timers.after(retry.delay(number, random), () -> executor.execute(() -> drain(current)));
            return false;
        }
        CompletableFuture<Void> buried = recordFailure(task, cause, number);
        if (buried.isDone()) {
            return removeHead(current);
        }
        var unused = buried.whenComplete((nothing, more) -> executor.execute(() -> {
            if (removeHead(current)) {
                drain(current);
            }
        }));
        return false;
    }

    private boolean removeHead(int current) {
        synchronized (this) {
            if (current != generation) {
                return false;
            }
            events -= weight(tasks.removeFirst());
            attempt = 1;
            if (events < capacity) {
                releaseRoom();
            }
        }
        reportProgress();
        return true;
    }

    private void reportProgress() {
        try {
            onProgress.run();
        } catch (RuntimeException failure) { // effects continue although progress could not be saved
            LOG.log(Level.WARNING, "progress could not be saved; it is saved with the next progress", failure);
        }
    }

    private void releaseRoom() {
        if (room != null) {
            CompletableFuture<Void> released = room;
            room = null;
            executor.execute(() -> released.complete(null));
        }
    }

    private static CompletableFuture<Void> invoke(Task task, int number) {
        try {
            return inside(() -> future(task.run(number)));
        } catch (Throwable failure) { // also an Error, such as a missing class, fails only this task
            return CompletableFuture.failedFuture(failure);
        }
    }

    private static CompletableFuture<Void> recordFailure(Task task, Throwable failure, int attempts) {
        CompletableFuture<Void> buried;
        try {
            buried = future(task.failed(failure, attempts));
        } catch (RuntimeException again) {
            buried = CompletableFuture.failedFuture(again);
        }
        return buried.whenComplete((nothing, lost) -> {
            if (lost != null) {
                failure.addSuppressed(Appender.unwrap(lost));
                LOG.log(
                        Level.ERROR,
                        "an effect failed after its last try, and the failure could not be recorded",
                        failure);
            }
        });
    }

    private static CompletableFuture<Void> future(@Nullable CompletionStage<Void> stage) {
        if (stage == null) {
            throw new NullPointerException("an effect returned null instead of a stage; return Effects.none()");
        }
        return stage.toCompletableFuture();
    }
}
