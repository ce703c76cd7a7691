package dev.millrace.engine;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that stands until it is set, and timers that fire when they are told to. */
final class ManualTimers implements Timers {
    private Instant now = Instant.parse("2026-04-14T11:20:30.456Z");
    private List<Runnable> waiting = new ArrayList<>();

    @Override
    public synchronized Instant now() {
        return now;
    }

    synchronized void set(Instant time) {
        now = time;
    }

    synchronized void advance(Duration time) {
        now = now.plus(time);
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable task) {
        waiting.add(task);
        return () -> {
            synchronized (this) {
                waiting.remove(task);
            }
        };
    }

    void fireAll() {
        List<Runnable> due;
        synchronized (this) {
            due = waiting;
            waiting = new ArrayList<>();
        }
        due.forEach(Runnable::run);
    }
}
