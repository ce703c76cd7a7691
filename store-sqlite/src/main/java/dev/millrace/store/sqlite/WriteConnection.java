package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The only writing connection, with a cache of stream rows. Thread-safe. */
final class WriteConnection implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WriteConnection.class.getPackageName());

    /** No limit to the size of the database. */
    static final long UNLIMITED = Long.MAX_VALUE;

    /** The mark of a backup, and of a database that an older version did not close: the next opening checks it. */
    static final String MARK_UNCHECKED = "INSERT OR REPLACE INTO meta (name, value) VALUES ('open', 1)";

    /**
     * The mark of a database that is written and not closed: {@link #OPEN} plus the last position at that time. It is in
     * the database file itself before a newer event is in the write-ahead log, so a copy of the file alone shows that
     * it is incomplete.
     */
    private static final String MARK_OPEN = "INSERT OR REPLACE INTO meta (name, value) VALUES ('open', ?)";

    private static final int NONE = 0;
    static final int OPEN = 2;
    static final String READ_MARK = "SELECT coalesce(max(value), 0) FROM meta WHERE name = 'open'";
    private static final String UNMARK = "DELETE FROM meta WHERE name = 'open'";

    private final ReentrantLock lock = new ReentrantLock();
    private final Path file;
    private final PreparedStatements statements;
    private final Queries queries;
    private final WriteAheadLog log;
    private Runnable onCommit = () -> {};
    private final Map<StreamKey, StreamRow> cached = new RecentStreams();
    private long lastPosition;
    private long moment;
    private long mark;
    private boolean closed;

    private WriteConnection(Path file, PreparedStatements statements, ReadConnectionPool readConnectionPool, long mark)
            throws SQLException {
        this.file = file;
        this.statements = statements;
        this.queries = new Queries(statements);
        this.log = new WriteAheadLog(file, statements, readConnectionPool, WriteAheadLog.LIMIT_BYTES);
        this.lastPosition = queries.lastPosition();
        this.mark = mark;
    }

    static WriteConnection open(Path file, LossCheck lossCheck, ReadConnectionPool readConnectionPool, long maxPages)
            throws SQLException {
        boolean logLeft = WriteAheadLog.size(file) > 0;
        boolean logMissing = !WriteAheadLog.exists(file);
        Connection connection = ConnectionSetup.writing(file);
        try {
            DatabaseSchema.prepare(connection, file);
            long mark = DatabaseCheck.number(connection, READ_MARK);
            if (mark > NONE || logLeft) {
                DatabaseCheck.quick(connection, file, "cannot open the event store");
            }
            lossCheck.requireNew((int) DatabaseCheck.number(connection, "PRAGMA user_version"));
            DatabaseConversion.run(connection, file);
            mark = DatabaseCheck.number(connection, READ_MARK);
            if (maxPages != UNLIMITED) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA max_page_count = " + maxPages);
                }
            }
            WriteConnection opened =
                    new WriteConnection(file, new PreparedStatements(connection), readConnectionPool, mark);
            lossCheck.compare(opened.queries.mark(), opened.queries.checksum(lossCheck.newest()));
            if (logMissing && mark >= OPEN) {
                lossCheck.missingLog(
                        mark - OPEN != opened.lastPosition,
                        DatabaseCheck.number(connection, "SELECT count(*) FROM events"));
            }
            if (lossCheck.isAccepted()) {
                opened.statements.run(DatabaseSchema.COUNT_UNUSED);
            }
            return opened;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A number that changes with every commit. */
    long moment() {
        return locked(() -> moment);
    }

    /** Looks something up, if nothing was committed since a moment. */
    <T> T lookUp(long then, String purpose, Look<T> look) {
        return locked(() -> {
            if (then != moment) {
                throw new StaleFactsException("the store has changed since these facts were asked for");
            }
            try {
                return look.in(this);
            } catch (SQLException e) {
                throw failure(purpose, e);
            }
        });
    }

    /** A query on this connection. */
    interface Look<T> {
        T in(WriteConnection connection) throws SQLException;
    }

    List<Placement> commit(Proposal proposal) {
        return locked(() -> {
            begin();
            try (SqliteCommit commit = new SqliteCommit(this, statements, queries, lastPosition)) {
                if (proposal.moment() != moment) {
                    proposal.beliefs().forEach(commit::check);
                }
                proposal.changes().forEach(commit::make);
                commit.commit();
                return commit.placements();
            }
        });
    }

    private void begin() {
        try {
            if (mark < OPEN) {
                statements.run(MARK_OPEN, OPEN + lastPosition);
                log.move();
                mark = OPEN;
            }
            statements.run("BEGIN IMMEDIATE");
        } catch (SQLException e) {
            throw failure("cannot begin a transaction", e);
        }
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the event store is closed: " + file);
            }
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    Optional<StreamHead> head(StreamKey stream) throws SQLException {
        StreamRow row = row(stream);
        return row == null ? Optional.empty() : Optional.of(row.head());
    }

    Optional<EventRecord> find(StreamKey stream, String idempotencyKey) throws SQLException {
        return queries.record(stream, idempotencyKey);
    }

    /** The row of a stream as of the last commit; null if there is none. */
    @Nullable StreamRow row(StreamKey stream) throws SQLException {
        StreamRow row = cached.get(stream);
        if (row == null) {
            row = queries.stream(stream);
            if (row != null) {
                cached.put(stream, row);
            }
        }
        return row;
    }

    /** Sets what is called after each commit. */
    void onCommit(Runnable called) {
        onCommit = called;
    }

    /** Removes a stream from the cache before it is deleted. */
    void forget(StreamKey stream) {
        cached.remove(stream);
    }

    /** Called with the rows of a commit. */
    void committed(Map<StreamKey, StreamRow> streams, long position) {
        cached.putAll(streams);
        lastPosition = position;
        moment++;
        afterwards(log::trim);
        afterwards(onCommit);
    }

    /** Housekeeping of a commit. The commit is durable already, so a failure here must not look like a failure of it. */
    private void afterwards(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "events are stored in " + file + ", but what follows has failed", e);
        }
    }

    /** The exception for a failure. Also clears the statements. */
    RuntimeException failure(String what, SQLException cause) {
        statements.clear();
        return SqlExceptionTranslator.of(what, file, cause);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closeAll();
        } finally {
            lock.unlock();
        }
    }

    private void closeAll() {
        try (statements) {
            unmark();
            log.empty();
        } catch (SQLException e) {
            throw failure("cannot close the event store", e);
        }
    }

    private void unmark() {
        try {
            if (mark > NONE) {
                statements.run(UNMARK);
            }
        } catch (SQLException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the next start checks the event store",
                    failure("cannot mark the event store as closed", e));
        }
    }

    /** A cache of the most recently written streams. */
    private static final class RecentStreams extends LinkedHashMap<StreamKey, StreamRow> {
        private static final int MOST = 16 * 1024;

        RecentStreams() {
            super(64, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamKey, StreamRow> eldest) {
            return size() > MOST;
        }
    }
}
