package dev.millrace.core.internal.progress;

import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A write buffer of progress: of the progress that is saved for one (slug, path) between two writes, only the newest is
 * written. One write at a time, in the order in which entries became due. Safe for use by many threads.
 */
public final class CoalescingWriter {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    /** The target of the writes. Called by one thread at a time. */
    interface Sink {
        /** Writes the batch durably, or throws. After a failure its entries, or newer ones, are passed again. */
        void write(List<Progress> batch);
    }

    private final String where;
    private final Sink sink;
    private final int most;
    private final Timers timers;
    private final Executor thread;
    private final Object writeLock = new Object();
    private final Map<ProgressKey, Progress> due = new LinkedHashMap<>();
    private boolean armed;
    private boolean failing;
    private boolean closed;

    /** {@code where} names the store in messages; {@code most} is the largest batch, at least 1. */
    CoalescingWriter(String where, Sink sink, int most, Timers timers, Executor thread) {
        this.where = where;
        this.sink = sink;
        this.most = most;
        this.timers = timers;
        this.thread = thread;
    }

    /** An executor with one daemon thread, which ends when it is idle. */
    public static Executor thread(String name) {
        return new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
    }

    /** Writes this after the delay, unless a newer value replaces it. */
    void writeLater(Progress progress, Duration delay) {
        synchronized (due) {
            refuseWhenClosed(progress);
            due.merge(ProgressKey.of(progress), progress, ProgressEvents::newer);
            arm(delay);
        }
    }

    void writeNow(Progress progress) {
        synchronized (writeLock) {
            synchronized (due) {
                refuseWhenClosed(progress);
                due.remove(ProgressKey.of(progress));
            }
            sink.write(List.of(progress));
        }
    }

    void flush() {
        synchronized (writeLock) {
            writeAll();
        }
    }

    /** Writes what is due, and refuses later saves. False if it was closed already. */
    boolean close() {
        synchronized (writeLock) {
            synchronized (due) {
                if (closed) {
                    return false;
                }
                closed = true;
            }
            writeAll();
            return true;
        }
    }

    private void refuseWhenClosed(Progress progress) {
        if (closed) {
            throw new IllegalStateException("cannot save progress of " + ProgressKey.of(progress) + ": the store in "
                    + where + " is closed; stop the runners before you close it");
        }
    }

    /** Called with the lock on {@code due}. */
    private void arm(Duration delay) {
        if (!armed && !closed) {
            armed = true;
            timers.after(delay, () -> thread.execute(this::writeDue));
        }
    }

    private void writeDue() {
        synchronized (due) {
            armed = false;
        }
        try {
            writeAll();
            synchronized (due) {
                failing = false;
            }
        } catch (RuntimeException notWritten) {
            boolean first;
            synchronized (due) {
                first = !failing;
                failing = true;
                arm(RETRY_DELAY);
            }
            LOG.log(
                    first ? Level.WARNING : Level.DEBUG,
                    "progress was not saved in " + where + "; saving is retried every " + RETRY_DELAY.toSeconds()
                            + " s; after a crash before that, the effects run again",
                    notWritten);
        }
    }

    /** Entries that become due meanwhile are left to the next round. */
    private void writeAll() {
        int left;
        synchronized (due) {
            left = due.size();
        }
        while (left > 0) {
            synchronized (writeLock) {
                List<Progress> batch = takeBatch();
                if (batch.isEmpty()) {
                    return;
                }
                left -= batch.size();
                try {
                    sink.write(batch);
                } catch (RuntimeException | Error notWritten) {
                    restore(batch);
                    throw notWritten;
                }
            }
        }
    }

    private List<Progress> takeBatch() {
        List<Progress> batch = new ArrayList<>();
        synchronized (due) {
            Iterator<Progress> oldest = due.values().iterator();
            while (oldest.hasNext() && batch.size() < most) {
                batch.add(oldest.next());
                oldest.remove();
            }
        }
        return batch;
    }

    private void restore(List<Progress> batch) {
        synchronized (due) {
            batch.forEach(
                    old -> due.merge(ProgressKey.of(old), old, (newer, older) -> ProgressEvents.newer(older, newer)));
        }
    }
}
