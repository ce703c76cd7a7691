package dev.millrace.store.sqlite;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pool of read-only connections, opened on demand, each used by one read at a time. The most recently used one is
 * taken first, because its pages are in memory. Thread-safe.
 */
final class ReadConnectionPool implements AutoCloseable {
    /** The limit of concurrent reads; the others wait. */
    static final int CONNECTIONS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    interface Question<T> {
        T answer(Queries queries) throws SQLException;
    }

    private record Reader(PreparedStatements statements, Queries queries) {}

    private final Path file;
    private final Semaphore permits = new Semaphore(CONNECTIONS, true);
    private final AtomicInteger longReads = new AtomicInteger();
    private final Deque<Reader> idle = new ArrayDeque<>();
    private boolean closed;

    ReadConnectionPool(Path file) {
        this.file = file;
    }

    /** Runs a query; {@code purpose} says what failed, if it fails. */
    <T> T read(String purpose, Question<T> question) {
        if (!acquire(1, PATIENCE)) {
            throw new UncheckedIOException(new InterruptedIOException(purpose + ": " + file + "; none of " + CONNECTIONS
                    + " connections became free within " + PATIENCE
                    + ", or the thread was interrupted; read smaller pages, or fewer at once"));
        }
        try {
            Reader reader = take();
            boolean sound = false;
            try {
                T answer = question.answer(reader.queries);
                sound = true;
                return answer;
            } finally {
                putBack(reader, sound);
            }
        } catch (SQLException e) {
            throw SqlExceptionTranslator.of(purpose, file, e);
        } finally {
            permits.release();
        }
    }

    /**
     * Notes a read on another connection that takes long; from now on {@link #whileQuiet} runs nothing. Waits for a
     * task that is running.
     */
    void beginLongRead() {
        permits.acquireUninterruptibly();
        longReads.incrementAndGet();
        permits.release();
    }

    void endLongRead() {
        longReads.decrementAndGet();
    }

    /**
     * Runs a task while no read is running. False if reads were still running after {@code patience}, and at once
     * during a long read.
     */
    boolean whileQuiet(Duration patience, Runnable task) {
        if (longReads.get() > 0 || !acquire(CONNECTIONS, patience)) {
            return false;
        }
        try {
            boolean quiet = longReads.get() == 0;
            if (quiet) {
                task.run();
            }
            return quiet;
        } finally {
            permits.release(CONNECTIONS);
        }
    }

    private boolean acquire(int count, Duration patience) {
        try {
            return permits.tryAcquire(count, patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Reader take() throws SQLException {
        Reader reader = poll();
        if (reader != null) {
            return reader;
        }
        PreparedStatements statements = new PreparedStatements(ConnectionSetup.reading(file));
        return new Reader(statements, new Queries(statements));
    }

    private synchronized @Nullable Reader poll() {
        if (closed) {
            throw new IllegalStateException("the event store is closed: " + file);
        }
        return idle.pollFirst();
    }

    /** Keeps a connection for the next read, except if it has failed or the store is closed. */
    private void putBack(Reader reader, boolean sound) throws SQLException {
        synchronized (this) {
            if (sound && !closed) {
                idle.addFirst(reader);
                return;
            }
        }
        reader.statements.close();
    }

    /** Closes idle connections; the others are closed when their read ends. */
    @Override
    public synchronized void close() {
        closed = true;
        while (!idle.isEmpty()) {
            try {
                idle.removeFirst().statements.close();
            } catch (SQLException e) {
                throw SqlExceptionTranslator.of("cannot close the event store", file, e);
            }
        }
    }
}
