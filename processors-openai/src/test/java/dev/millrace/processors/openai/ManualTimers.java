package dev.millrace.processors.openai;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Time that passes when a test says so. */
final class ManualTimers implements Timers {
    private record Task(Instant due, Runnable work) {}

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final List<Task> tasks = new ArrayList<>();
    private final List<Duration> asked = new ArrayList<>();

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable work) {
        Task task = new Task(now.plus(delay), work);
        tasks.add(task);
        asked.add(delay);
        return () -> {
            synchronized (this) {
                tasks.remove(task);
            }
        };
    }

    /** The delays that were asked for so far. */
    synchronized List<Duration> asked() {
        return List.copyOf(asked);
    }

    synchronized int pending() {
        return tasks.size();
    }

    /** Lets time pass, and runs what falls due, in order. */
    void advance(Duration by) {
        Instant end = now().plus(by);
        while (true) {
            Task next;
            synchronized (this) {
                Optional<Task> due =
                        tasks.stream().filter(task -> !task.due().isAfter(end)).min(Comparator.comparing(Task::due));
                if (due.isEmpty()) {
                    now = end;
                    return;
                }
                next = due.get();
                tasks.remove(next);
                now = next.due().isAfter(now) ? next.due() : now;
            }
            next.work().run();
        }
    }
}
