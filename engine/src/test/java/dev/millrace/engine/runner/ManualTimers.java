package dev.millrace.engine.runner;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/** Time that moves only when a test says so. */
final class ManualTimers implements Timers {
    private record Task(Instant due, long order, Runnable action) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::order));
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long order;

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable task) {
        Task entry = new Task(now.plus(delay), order++, task);
        tasks.add(entry);
        return () -> {
            synchronized (this) {
                tasks.remove(entry);
            }
        };
    }

    synchronized int pending() {
        return tasks.size();
    }

    void advance(Duration by) {
        Instant target;
        synchronized (this) {
            target = now.plus(by);
        }
        for (Optional<Task> due = next(target); due.isPresent(); due = next(target)) {
            due.get().action.run();
        }
        synchronized (this) {
            now = target;
        }
    }

    private synchronized Optional<Task> next(Instant target) {
        Task first = tasks.peek();
        if (first == null || first.due.isAfter(target)) {
            return Optional.empty();
        }
        tasks.remove(first);
        now = first.due.isAfter(now) ? first.due : now;
        return Optional.of(first);
    }
}
