package dev.millrace.core.runner.simulation;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A scheduler on one thread, determined by a seed: it picks the next of all ready tasks; if there is none, the clock
 * moves to the next timer.
 */
final class World {
    static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MOST_STEPS = 200_000;

    private record Alarm(Instant due, long number, Runnable action) {}

    private final SplittableRandom random;
    private final List<Runnable> ready = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.comparing(Alarm::due).thenComparing(Alarm::number));
    private final List<String> complaints = new ArrayList<>();
    private final StringBuilder trace = new StringBuilder();
    private Instant now = BEGINNING;
    private boolean stormy = true;
    private long numbers;
    private int steps;

    World(long seed) {
        this.random = new SplittableRandom(seed);
    }

    Instant now() {
        return now;
    }

    /** True while the network has faults. */
    boolean isStormy() {
        return stormy;
    }

    void calmDown() {
        note("the storm is over");
        stormy = false;
    }

    /** True once in so many times. */
    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** From 0 to below the bound. */
    int pick(int bound) {
        return random.nextInt(bound);
    }

    Duration upTo(int millis) {
        return Duration.ofMillis(random.nextInt(millis + 1));
    }

    long seed() {
        return random.nextLong();
    }

    void soon(Runnable task) {
        ready.add(task);
    }

    Timers.Timer after(Duration delay, Runnable task) {
        Alarm alarm = new Alarm(now.plus(delay.isNegative() ? Duration.ZERO : delay), numbers++, task);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    void note(String what) {
        trace.append(now.toEpochMilli() % 100_000_000).append(' ').append(what).append('\n');
    }

    /** Reports a broken rule. */
    void complain(String what) {
        note("COMPLAINT: " + what);
        complaints.add(what);
    }

    List<String> complaints() {
        return complaints;
    }

    String trace() {
        return trace.toString();
    }

    /** Runs until there is nothing left to do, or the time is reached. */
    void turn(Instant until) {
        while (true) {
            if (++steps > MOST_STEPS) {
                throw new AssertionError("the world does not come to rest");
            }
            if (!ready.isEmpty()) {
                int next = random.nextInt(ready.size());
                Runnable task = ready.get(next);
                ready.set(next, ready.get(ready.size() - 1));
                ready.remove(ready.size() - 1);
                task.run();
                continue;
            }
            Alarm alarm = alarms.peek();
            if (alarm == null || alarm.due().isAfter(until)) {
                now = until.isAfter(now) ? until : now;
                return;
            }
            alarms.remove();
            now = alarm.due();
            ready.add(alarm.action());
        }
    }
}
