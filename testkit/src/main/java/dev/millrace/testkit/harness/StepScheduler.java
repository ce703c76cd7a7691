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
 * The queue of steps that are ready in a harness, run one at a time on the test's thread. Steps of one lane keep their
 * order; a seeded random number selects the next lane. Steps can be added on any thread.
 */
final class StepScheduler {
    private record Step(Object lane, RunScope runScope, Runnable action) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final List<Step> ready = new ArrayList<>();
    private final Random random;

    StepScheduler(Random random) {
        this.random = random;
    }

    /** Adds a step in a lane of its own. */
    void add(RunScope runScope, Runnable action) {
        add(new Object(), runScope, action);
    }

    /** Adds a step at the end of a lane. */
    void add(Object lane, RunScope runScope, Runnable action) {
        lock.lock();
        try {
            ready.add(new Step(lane, runScope, action));
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A random number from 0 up to, and not including, the bound. */
    int chance(int bound) {
        return random.nextInt(bound);
    }

    /** Runs one step, or drops it if its run has ended; false if no step is ready. */
    boolean next() {
        Optional<Step> step = take();
        step.filter(taken -> taken.runScope.isOn()).ifPresent(taken -> taken.action.run());
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

    /** Waits until a step is ready; false if none is ready in time. */
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
