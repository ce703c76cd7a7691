package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.StreamKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one connection that writes, and what it remembers from one transaction to the next. For one thread at a time. */
final class WriteConnection implements AutoCloseable {
    /** No limit to the size of the database but the disk. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private final Path file;
    private final PreparedStatements statements;
    private final Queries queries;
    private final WriteAheadLog log;
    private final Map<StreamKey, StreamRow> remembered = new RecentStreams();
    private long lastPosition;
    private @Nullable SqliteTransaction open;
    private boolean closed;

    private WriteConnection(Path file, PreparedStatements statements, ReadConnectionPool readers) throws SQLException {
        this.file = file;
        this.statements = statements;
        this.queries = new Queries(statements);
        this.log = new WriteAheadLog(file, statements, readers, WriteAheadLog.LIMIT_BYTES);
        this.lastPosition = queries.lastPosition();
    }

    static WriteConnection open(Path file, ReadConnectionPool readers, long maxPages) throws SQLException {
        Connection connection = ConnectionSetup.writing(file);
        try {
            DatabaseSchema.prepare(connection, file);
            if (maxPages != UNLIMITED) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA max_page_count = " + maxPages);
                }
            }
            return new WriteConnection(file, new PreparedStatements(connection), readers);
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

    /** What is known of a stream as of the last commit. */
    @Nullable StreamRow recall(StreamKey stream) {
        return remembered.get(stream);
    }

    /** The stream is about to be removed. Forgetting is right even when the removal is rolled back. */
    void forget(StreamKey stream) {
        remembered.remove(stream);
    }

    /** Takes over what a transaction has committed. */
    void committed(Map<StreamKey, StreamRow> streams, long position) {
        remembered.putAll(streams);
        lastPosition = position;
        log.trim();
    }

    /** The open transaction is over. */
    void ended() {
        open = null;
    }

    /** Words for a failure, after which every statement is compiled anew. */
    RuntimeException failure(String what, SQLException cause) {
        statements.clear();
        return SqlExceptionTranslator.of(what, file, cause);
    }

    @Override
    public void close() {
        closed = true;
        try (statements) {
            log.empty();
        } catch (SQLException e) {
            throw failure("cannot close the event store", e);
        }
    }

    /** The streams written to most recently; each one saves a look-up in every transaction that appends to it. */
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
