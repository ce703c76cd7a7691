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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread pool for tasks that may block and may wait for one another. It runs at most a fixed number of tasks at once;
 * the others wait in order. If all threads are busy and no task ends for a while, it starts more threads, because the
 * running tasks may wait for a queued one. So blocked tasks cannot cause a deadlock. An extra thread ends when no task
 * waits. Thread-safe.
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
     * Creates a pool with at most {@code most} threads as long as tasks end. If no task ends for the time {@code stall}
     * while others wait, more threads are started.
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
                throw new RejectedExecutionException("the callback threads are shut down");
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

    /** Starts a thread for a task. If that fails, the task waits for a busy thread; without one it is refused. */
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
                leave(); // the exception of the task ends this thread
                if (!waiting.isEmpty()) {
                    start(this::runTasks);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next task; null if this thread is no longer needed. */
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

    /**
     * Runs as long as tasks wait. After each interval without the end of a task it adds threads, twice as many each
     * time.
     */
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
            LOG.log(Level.WARNING, "callbacks wait because no thread can be started; the next callback tries again", e);
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

    int threads() {
        return locked(() -> threads);
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
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
        return locked(() -> {
            List<Runnable> left = new ArrayList<>(waiting);
            waiting.clear();
            return left;
        });
    }

    @Override
    public boolean isShutdown() {
        return locked(() -> shutdown);
    }

    @Override
    public boolean isTerminated() {
        return locked(() -> shutdown && threads == 0);
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
