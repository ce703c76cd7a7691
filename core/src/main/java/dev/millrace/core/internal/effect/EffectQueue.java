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
 * The one lane of effects of a (processor, stream): strictly first in, first out, one at a time. The task at the head
 * stays there until its stage completes, retries included; then it counts as done. Safe for use by many threads.
 */
public final class EffectQueue {
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

    /** Whether the calling thread is running a task of some lane right now. */
    public static boolean isInside() {
        return INSIDE.get() || BlockingProcessor.isActing();
    }

    /** Runs a part of a task on another thread than the lane's own. */
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
     * Puts a task at the end. Never blocks; whoever feeds the lane calls {@link #awaitRoom} afterwards. Once the lane is
     * stopped the task stays pending for good.
     */
    void submit(Task task) {
        synchronized (this) {
            tasks.addLast(task);
            events += weight(task);
        }
        pump();
    }

    /** What belongs to no event takes no room: it may itself wait for what has to be folded first. */
    private static int weight(Task task) {
        return task.offset().isPresent() ? 1 : 0;
    }

    /** Waits until effects of fewer events than the capacity are pending; false when that took longer than the limit. */
    public boolean awaitRoom(Duration limit) {
        CompletableFuture<Void> waited = whenRoom();
        return BoundedAwait.completes(waited, limit);
    }

    /** Completes when effects of fewer events than the capacity are pending. */
    public synchronized CompletableFuture<Void> whenRoom() {
        if (events < capacity || stopped) {
            return CompletableFuture.completedFuture(null);
        }
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    /** Whether whoever feeds the lane has to wait. */
    synchronized boolean isFull() {
        return events >= capacity && !stopped;
    }

    /** Whether nothing is pending. */
    public synchronized boolean isIdle() {
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
    public synchronized int pending() {
        return tasks.size();
    }

    /** Forgets everything pending; a task that is under way ends without consequence. */
    void clear() {
        synchronized (this) {
            tasks.clear();
            events = 0;
            generation++;
            running = false;
            attempt = 1;
            releaseRoom();
        }
        tellProgress();
    }

    /**
     * Runs nothing more; a task that is under way ends without consequence. What is pending stays pending, because it is
     * not done: nobody may take it for acknowledged.
     */
    public synchronized void stop() {
        stopped = true;
        generation++;
        releaseRoom();
    }

    private void pump() {
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
            failpoints.reach(Failpoints.Point.AFTER_EFFECT);
            return finish(current);
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
        CompletableFuture<Void> buried = bury(task, cause, number);
        if (buried.isDone()) {
            return finish(current);
        }
        buried.whenComplete((nothing, more) -> executor.execute(() -> {
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
            events -= weight(tasks.removeFirst());
            attempt = 1;
            if (events < capacity) {
                releaseRoom();
            }
        }
        tellProgress();
        return true;
    }

    private void tellProgress() {
        try {
            onProgress.run();
        } catch (RuntimeException failure) { // saving progress is somebody else's code; effects must not stop for it
            LOG.log(Level.WARNING, "progress was made, but could not be saved; the next save catches up", failure);
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
        } catch (
                Throwable failure) { // whatever a task throws, a missing class included, is its failure, not the lane's
            return CompletableFuture.failedFuture(failure);
        }
    }

    private static CompletableFuture<Void> bury(Task task, Throwable failure, int attempts) {
        CompletableFuture<Void> buried;
        try {
            buried = future(task.failed(failure, attempts));
        } catch (RuntimeException again) {
            buried = CompletableFuture.failedFuture(again);
        }
        return buried.whenComplete((nothing, lost) -> {
            if (lost != null) {
                failure.addSuppressed(Appender.unwrap(lost));
                LOG.log(Level.ERROR, "an effect failed for good, and its failure could not be recorded", failure);
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
