package dev.millrace.client;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only when the test says so. */
final class ManualTimers implements Timers {
    private Instant now = Sample.NOON;
    private final List<Task> tasks = new ArrayList<>();

    private record Task(Instant due, Runnable work) {}

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable work) {
        Task task = new Task(now.plus(delay), work);
        tasks.add(task);
        return () -> remove(task);
    }

    private synchronized void remove(Task task) {
        tasks.remove(task);
    }

    /** How long each waiting task still has. */
    synchronized List<Duration> waiting() {
        return tasks.stream().map(task -> Duration.between(now, task.due())).toList();
    }

    /** Lets time pass, and runs what is due on this thread. */
    void advance(Duration time) {
        List<Task> due;
        synchronized (this) {
            now = now.plus(time);
            due = tasks.stream().filter(task -> !task.due().isAfter(now)).toList();
            tasks.removeAll(due);
        }
        due.forEach(task -> task.work().run());
    }
}
