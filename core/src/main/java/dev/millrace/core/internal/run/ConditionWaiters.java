package dev.millrace.core.internal.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The callers that wait for a condition of a runner. Safe for use by many threads. */
public final class ConditionWaiters {
    private record Waiter(BooleanSupplier condition, CompletableFuture<Void> reached) {}

    private final List<Waiter> waiters = new ArrayList<>();
    private final Runnable also;
    private @Nullable RuntimeException over;

    public ConditionWaiters() {
        this(() -> {});
    }

    /** Calls {@code also} after each change. */
    public ConditionWaiters(Runnable also) {
        this.also = also;
    }

    /** A future that completes when the condition is true, and fails if the runner ends before. */
    public CompletableFuture<Void> when(BooleanSupplier condition) {
        Waiter waiter = new Waiter(condition, new CompletableFuture<>());
        synchronized (waiters) {
            waiters.add(waiter);
        }
        changed();
        return waiter.reached;
    }

    public void changed() {
        also.run();
        List<Waiter> reached;
        List<Waiter> ended = List.of();
        RuntimeException why;
        synchronized (waiters) {
            waiters.removeIf(waiter -> waiter.reached.isDone()); // the wait timed out
            if (waiters.isEmpty()) {
                return;
            }
            reached = waiters.stream()
                    .filter(waiter -> waiter.condition.getAsBoolean())
                    .toList();
            waiters.removeAll(reached);
            why = over;
            if (why != null) {
                ended = List.copyOf(waiters);
                waiters.clear();
            }
        }
        reached.forEach(waiter -> waiter.reached.complete(null));
        for (Waiter waiter : ended) {
            waiter.reached.completeExceptionally(why);
        }
    }

    /** The runner has ended: all current and later futures fail with this reason. */
    public void end(RuntimeException why) {
        synchronized (waiters) {
            if (over == null) {
                over = why;
            }
        }
        changed();
    }
}
