package dev.millrace.engine.internal.threads;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads for tasks that may block, and may wait for one another. At most a fixed number of tasks run at once; the others
 * wait in the order in which they came. When all threads are busy and none of their tasks ends for a while, more
 * threads are started: the running tasks may be waiting for one that has not begun. So no set of blocked tasks
 * is a deadlock, and a burst of tasks that do not block takes no more threads than the limit. An extra thread ends when no
 * task waits. Safe for use by many threads.
 */
final class CallbackThreadPool extends AbstractExecutorService {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final int most;
    private final Duration stall;
    private final ThreadFactory factory;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Condition never = lock.newCondition();
    private final Condition left = lock.newCondition();
    // under the lock
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int threads;
    private int idle;
    private long finished;
    private boolean watching;
    private boolean shutdown;

    /**
     * No threads yet.
     *
     * @param most how many threads there are at most while tasks end, 1 or more
     * @param stall for how long no task may end, while others wait, before there are more threads
     */
    CallbackThreadPool(int most, Duration stall, ThreadFactory factory) {
        this.most = most;
        this.stall = stall;
        this.factory = factory;
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (shutdown) {
                throw new RejectedExecutionException("the delivery threads are shut down");
            }
            waiting.add(task);
            if (waiting.size() <= idle) {
                added.signal();
            } else if (threads < most) {
                startFor(task);
            } else {
                startWatching();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A task that finds no thread waits for one that is busy, if there is any; else it is refused. */
    private void startFor(Runnable task) {
        try {
            start(this::runTasks);
        } catch (RuntimeException | Error noThread) {
            if (threads == 0) {
                waiting.removeLastOccurrence(task);
                throw noThread;
            }
            startWatching();
        }
    }

    private void start(Runnable loop) {
        threads++;
        boolean started = false;
        try {
            factory.newThread(loop).start();
            started = true;
        } finally {
            if (!started) {
                threads--;
            }
        }
    }

    private void runTasks() {
        for (Runnable task = next(); task != null; task = next()) {
            boolean failed = true;
            try {
                task.run();
                failed = false;
            } finally {
                ended(failed);
            }
        }
    }

    private void ended(boolean failed) {
        lock.lock();
        try {
            finished++;
            if (failed) {
                leave(); // what it threw ends this thread
                if (!waiting.isEmpty()) {
                    start(this::runTasks);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The next task; null when this thread is not needed any more. */
    private @Nullable Runnable next() {
        lock.lock();
        try {
            long nanos = IDLE.toNanos();
            while (waiting.isEmpty()) {
                if (shutdown || nanos <= 0 || threads > most) {
                    leave();
                    return null;
                }
                idle++;
                try {
                    nanos = added.awaitNanos(nanos);
                } catch (InterruptedException e) {
                    nanos = IDLE.toNanos(); // an interrupt was meant for the task before
                } finally {
                    idle--;
                }
            }
            return waiting.remove();
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        threads--;
        if (threads == 0) {
            left.signalAll();
        }
    }

    private void startWatching() {
        if (!watching) {
            watching = true;
            try {
                factory.newThread(this::watch).start();
            } catch (RuntimeException | Error noThread) {
                watching = false; // the next task tries again
            }
        }
    }

    /** Lives as long as tasks wait. Each look at which no task has ended adds twice as many threads as the one before. */
    private void watch() {
        lock.lock();
        try {
            int more = 1;
            while (!waiting.isEmpty()) {
                long before = finished;
                for (long nanos = stall.toNanos(); nanos > 0; ) {
                    nanos = never.awaitNanos(nanos);
                }
                more = finished == before ? addThreads(more) : 1;
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            LOG.log(
                    Level.WARNING,
                    "deliveries wait and no thread can be started for them; the next one tries again",
                    e);
        } finally {
            watching = false;
            lock.unlock();
        }
    }

    private int addThreads(int count) {
        int added = Math.min(count, waiting.size());
        for (int i = 0; i < added; i++) {
            start(this::runTasks);
        }
        return 2 * Math.max(1, added);
    }

    /** How many threads there are. */
    int threads() {
        lock.lock();
        try {
            return threads;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdown() {
        lock.lock();
        try {
            shutdown = true;
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        lock.lock();
        try {
            List<Runnable> left = new ArrayList<>(waiting);
            waiting.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isShutdown() {
        lock.lock();
        try {
            return shutdown;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isTerminated() {
        lock.lock();
        try {
            return shutdown && threads == 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        lock.lock();
        try {
            long nanos = unit.toNanos(timeout);
            while (!(shutdown && threads == 0)) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = left.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
