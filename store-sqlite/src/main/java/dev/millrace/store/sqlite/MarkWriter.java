package dev.millrace.store.sqlite;

import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A writer of the mark of an open database: when it is opened and closed, and some seconds after a commit. It reads what
 * is committed, so the mark never says more than what is on disk. Thread-safe.
 */
final class MarkWriter implements AutoCloseable {
    static final Duration DELAY = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(MarkWriter.class.getPackageName());

    private final MarkFile markFile;
    private final ReadConnectionPool readConnectionPool;
    private final Timers timers;
    private final AtomicBoolean due = new AtomicBoolean();
    private Optional<Mark> written;
    private Timers.@Nullable Timer timer;
    private boolean failed;
    private boolean closed;

    MarkWriter(MarkFile markFile, Optional<Mark> written, ReadConnectionPool readConnectionPool, Timers timers) {
        this.markFile = markFile;
        this.written = written;
        this.readConnectionPool = readConnectionPool;
        this.timers = timers;
    }

    /** Called after each commit. Returns at once. */
    void committed() {
        if (!due.get() && due.compareAndSet(false, true)) {
            schedule();
        }
    }

    private synchronized void schedule() {
        if (closed) {
            return;
        }
        boolean scheduled = false;
        try {
            timer = timers.after(DELAY, this::writeSoon);
            scheduled = true;
        } finally {
            if (!scheduled) {
                due.set(false); // the next commit tries again
            }
        }
    }

    /** On a thread of its own, because no timer may wait for a disk. */
    private void writeSoon() {
        due.set(false);
        Thread thread = new Thread(this::write, "millrace-mark");
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes the mark if it has changed. A failure is logged once: the store goes on without a new mark. */
    synchronized void write() {
        if (closed) {
            return;
        }
        try {
            Optional<Mark> mark = Optional.of(readConnectionPool.read("cannot read the last position", Queries::mark));
            if (!mark.equals(written)) {
                markFile.write(mark.get());
                written = mark;
            }
            failed = false;
        } catch (IOException | RuntimeException e) {
            if (!failed) {
                failed = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot write " + markFile.directory().resolve(MarkFile.NAME)
                                + "; the next start may not notice if events are missing; check the free space and the"
                                + " permissions",
                        e);
            }
        }
    }

    /** Writes the mark for the last time. The database is still open. */
    @Override
    public synchronized void close() {
        write();
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }
}
