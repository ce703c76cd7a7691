package dev.millrace.testkit.harness;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Everything that is ready to happen in a harness, taken one step at a time on the thread that plays. Steps of one lane
 * keep their order; which lane is next is chance, from a seed. Steps may be added from any thread.
 */
final class StepScheduler {
    private record Step(Object lane, RunScope life, Runnable action) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final List<Step> ready = new ArrayList<>();
    private final Random random;

    StepScheduler(Random random) {
        this.random = random;
    }

    /** A step that may come before or after any other one. */
    void add(RunScope life, Runnable action) {
        add(new Object(), life, action);
    }

    /** A step that comes after every other one of its lane. */
    void add(Object lane, RunScope life, Runnable action) {
        lock.lock();
        try {
            ready.add(new Step(lane, life, action));
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A number from 0, below the bound, from the seed. */
    int chance(int bound) {
        return random.nextInt(bound);
    }

    /** Takes one step; false when none is ready. A step of a life that is over does nothing. */
    boolean next() {
        Optional<Step> step = take();
        step.filter(taken -> taken.life.isOn()).ifPresent(taken -> taken.action.run());
        return step.isPresent();
    }

    private Optional<Step> take() {
        lock.lock();
        try {
            Set<Object> lanes = new LinkedHashSet<>();
            List<Step> heads =
                    ready.stream().filter(step -> lanes.add(step.lane)).toList();
            if (heads.isEmpty()) {
                return Optional.empty();
            }
            Step chosen = heads.get(random.nextInt(heads.size()));
            ready.remove(chosen);
            return Optional.of(chosen);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a step is ready; false when none came in time. */
    boolean await(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (ready.isEmpty() && left > 0) {
                left = added.awaitNanos(left);
            }
            return !ready.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
