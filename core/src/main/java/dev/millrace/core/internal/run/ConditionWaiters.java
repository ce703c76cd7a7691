package dev.millrace.core.internal.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Lets callers wait for something to become true about a runner. Safe for use by many threads. */
public final class ConditionWaiters {
    private record Waiter(BooleanSupplier condition, CompletableFuture<Void> reached) {}

    private final List<Waiter> waiters = new ArrayList<>();
    private final Runnable also;
    private @Nullable RuntimeException over;

    public ConditionWaiters() {
        this(() -> {});
    }

    /** Tells of every change somebody else as well. */
    ConditionWaiters(Runnable also) {
        this.also = also;
    }

    /** A future that completes once the condition holds, and fails when the runner ends before that. */
    public CompletableFuture<Void> when(BooleanSupplier condition) {
        Waiter waiter = new Waiter(condition, new CompletableFuture<>());
        synchronized (waiters) {
            waiters.add(waiter);
        }
        changed();
        return waiter.reached;
    }

    /** Something changed: looks at every condition again. */
    public void changed() {
        also.run();
        List<Waiter> reached = new ArrayList<>();
        RuntimeException end;
        List<Waiter> ended = new ArrayList<>();
        synchronized (waiters) {
            waiters.removeIf(waiter -> waiter.reached.isDone()); // nobody waits any longer
            if (waiters.isEmpty()) {
                return;
            }
            for (Waiter waiter : waiters) {
                if (waiter.condition.getAsBoolean()) {
                    reached.add(waiter);
                }
            }
            waiters.removeAll(reached);
            end = over;
            if (end != null) {
                ended.addAll(waiters);
                waiters.clear();
            }
        }
        reached.forEach(waiter -> waiter.reached.complete(null));
        if (end != null) {
            RuntimeException why = end;
            ended.forEach(waiter -> waiter.reached.completeExceptionally(why));
        }
    }

    /** Nothing will change any more: whoever still waits, now or later, is told why. */
    public void end(RuntimeException why) {
        synchronized (waiters) {
            if (over == null) {
                over = why;
            }
        }
        changed();
    }
}
