package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.StreamKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The only writing connection, with a cache of stream rows. For one thread at a time. */
final class WriteConnection implements AutoCloseable {
    /** No limit to the size of the database. */
    static final long UNLIMITED = Long.MAX_VALUE;

    /** The mark of a database that was written and not closed: a row that the first transaction adds. */
    static final String MARK = "INSERT OR IGNORE INTO meta (name, value) VALUES ('open', 1)";

    private static final String IS_MARKED = "SELECT count(*) FROM meta WHERE name = 'open'";
    private static final String UNMARK = "DELETE FROM meta WHERE name = 'open'";

    private final Path file;
    private final PreparedStatements statements;
    private final Queries queries;
    private final WriteAheadLog log;
    private final Map<StreamKey, StreamRow> cached = new RecentStreams();
    private long lastPosition;
    private @Nullable SqliteTransaction open;
    private boolean marked;
    private boolean closed;

    private WriteConnection(
            Path file, PreparedStatements statements, ReadConnectionPool readConnectionPool, boolean marked)
            throws SQLException {
        this.file = file;
        this.statements = statements;
        this.queries = new Queries(statements);
        this.log = new WriteAheadLog(file, statements, readConnectionPool, WriteAheadLog.LIMIT_BYTES);
        this.lastPosition = queries.lastPosition();
        this.marked = marked;
    }

    static WriteConnection open(Path file, ReadConnectionPool readConnectionPool, long maxPages) throws SQLException {
        boolean logLeft = WriteAheadLog.size(file) > 0;
        Connection connection = ConnectionSetup.writing(file);
        try {
            DatabaseSchema.prepare(connection, file);
            boolean marked = DatabaseCheck.number(connection, IS_MARKED) > 0;
            if (marked || logLeft) {
                DatabaseCheck.quick(connection, file, "cannot open the event store");
            }
            if (maxPages != UNLIMITED) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA max_page_count = " + maxPages);
                }
            }
            return new WriteConnection(file, new PreparedStatements(connection), readConnectionPool, marked);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    SqliteTransaction begin() {
        if (closed) {
            throw new IllegalStateException("the event store is closed: " + file);
        }
        if (open != null) {
            throw new IllegalStateException("a transaction is open already: " + file + "; close it first");
        }
        try {
            statements.run("BEGIN IMMEDIATE");
        } catch (SQLException e) {
            throw failure("cannot begin a transaction", e);
        }
        open = new SqliteTransaction(this, statements, queries, lastPosition);
        return open;
    }

    /** The cached row of a stream as of the last commit. */
    @Nullable StreamRow recall(StreamKey stream) {
        return cached.get(stream);
    }

    /** Removes a stream from the cache before it is deleted. */
    void forget(StreamKey stream) {
        cached.remove(stream);
    }

    /** Called in each transaction before its commit. */
    void committing() throws SQLException {
        if (!marked) {
            statements.run(MARK);
        }
    }

    /** Called with the rows that a transaction has committed. */
    void committed(Map<StreamKey, StreamRow> streams, long position) {
        cached.putAll(streams);
        lastPosition = position;
        marked = true;
        log.trim();
    }

    /** Called when the open transaction has ended. */
    void ended() {
        open = null;
    }

    /** The exception for a failure. Also clears the statements. */
    RuntimeException failure(String what, SQLException cause) {
        statements.clear();
        return SqlExceptionTranslator.of(what, file, cause);
    }

    @Override
    public void close() {
        closed = true;
        try (statements) {
            unmark();
            log.empty();
        } catch (SQLException e) {
            throw failure("cannot close the event store", e);
        }
    }

    private void unmark() {
        try {
            if (marked) {
                statements.run(UNMARK);
            }
        } catch (SQLException e) {
            System.getLogger(WriteConnection.class.getPackageName())
                    .log(
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
