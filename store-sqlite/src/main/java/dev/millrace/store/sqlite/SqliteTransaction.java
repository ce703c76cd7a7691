package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.EventStore.Transaction;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the SQLite store. It writes records at once, and the head of each stream at the commit. After a
 * failure it can only be closed. For one thread.
 */
final class SqliteTransaction implements Transaction {
    private static final System.Logger LOG = System.getLogger(SqliteTransaction.class.getPackageName());

    private enum Phase {
        OPEN,
        FAILED,
        COMMITTED,
        CLOSED
    }

    private interface Step<T> {
        T take() throws SQLException;
    }

    private final WriteConnection writeConnection;
    private final PreparedStatements statements;
    private final Queries queries;
    private final Map<StreamKey, StreamRow> streams = new HashMap<>();
    private final Map<StreamKey, StreamRow> moved = new HashMap<>();
    private final List<Runnable> onCommit = new ArrayList<>();
    private long lastPosition;
    private boolean removed;
    private Phase phase = Phase.OPEN;

    SqliteTransaction(
            WriteConnection writeConnection, PreparedStatements statements, Queries queries, long lastPosition) {
        this.writeConnection = writeConnection;
        this.statements = statements;
        this.queries = queries;
        this.lastPosition = lastPosition;
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return run(
                "cannot read the head of " + stream,
                () -> Optional.ofNullable(row(stream)).map(StreamRow::head));
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return run("cannot look up an idempotency key of " + stream, () -> queries.record(stream, idempotencyKey));
    }

    @Override
    public long nextPosition() {
        return lastPosition + 1;
    }

    @Override
    public void append(StreamKey stream, StreamHead head, EventRecord record) {
        if (record.position() <= lastPosition) {
            throw new IllegalArgumentException("cannot append to " + stream + "@" + record.offset() + ": position "
                    + record.position() + " is taken; use nextPosition(), which is " + nextPosition());
        }
        run("cannot append to " + stream + "@" + record.offset(), () -> {
            StreamRow known = row(stream);
            StreamRow row = known == null ? create(stream, head) : known.with(head);
            statements.run(
                    "INSERT INTO events (position, stream_id, offset, created_at, type, key, body)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    record.position(),
                    row.id(),
                    record.offset(),
                    record.createdAt().toEpochMilli(),
                    record.type(),
                    record.idempotencyKey().orElse(null),
                    record.body());
            register(row, record.type());
            streams.put(stream, row);
            moved.put(stream, row);
            lastPosition = record.position();
            return row;
        });
    }

    @Override
    public void copy(EventStore.Copy copy) {
        run("cannot copy " + copy.source() + " to " + copy.target(), () -> {
            StreamRow source = row(copy.source());
            StreamRow target = row(copy.target());
            long count = copy.throughOffset() - copy.afterOffset();
            long copied = source == null || target == null ? 0 : insertCopies(source, target, copy);
            if (target == null || copied != count) {
                throw new IllegalArgumentException("cannot copy " + copy.source() + " to " + copy.target() + ": it has "
                        + copied + " of " + count + " records");
            }
            StreamRow row = target.with(copy.head());
            streams.put(copy.target(), row);
            moved.put(copy.target(), row);
            lastPosition += count;
            return row;
        });
    }

    private long insertCopies(StreamRow source, StreamRow target, EventStore.Copy copy) throws SQLException {
        statements.run(
                "INSERT OR IGNORE INTO stream_types (type, stream_id) SELECT DISTINCT type, ? FROM events"
                        + " WHERE stream_id = ? AND offset > ? AND offset <= ?",
                target.id(),
                source.id(),
                copy.afterOffset(),
                copy.throughOffset());
        return statements
                .of(
                        "INSERT INTO events (position, stream_id, offset, created_at, type, key, body)"
                                + " SELECT ? + offset, ?, offset, created_at, type, key, body"
                                + " FROM events WHERE stream_id = ? AND offset > ? AND offset <= ? ORDER BY offset",
                        lastPosition - copy.afterOffset(),
                        target.id(),
                        source.id(),
                        copy.afterOffset(),
                        copy.throughOffset())
                .executeUpdate();
    }

    @Override
    public void remove(StreamKey stream) {
        run("cannot remove " + stream, () -> {
            StreamRow row = row(stream);
            if (row != null) {
                statements.run(
                        "DELETE FROM stream_types WHERE stream_id = ?"
                                + " AND type IN (SELECT DISTINCT type FROM events WHERE stream_id = ?)",
                        row.id(),
                        row.id());
                statements.run("DELETE FROM events WHERE stream_id = ?", row.id());
                statements.run("DELETE FROM cursors WHERE stream_id = ?", row.id());
                statements.run("DELETE FROM streams WHERE id = ?", row.id());
                writeConnection.forget(stream);
                streams.remove(stream);
                moved.remove(stream);
                removed = true;
            }
            return removed;
        });
    }

    @Override
    public void saveCursor(StreamKey stream, String processor, Cursor cursor) {
        run("cannot save the cursor of " + processor + " on " + stream, () -> {
            StreamRow row = row(stream);
            if (row != null && row.head().incarnation().equals(cursor.incarnation())) {
                statements.run(
                        "INSERT INTO cursors (processor, stream_id, incarnation, acknowledged_through)"
                                + " VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                                + " incarnation = excluded.incarnation,"
                                + " acknowledged_through = excluded.acknowledged_through",
                        processor,
                        row.id(),
                        cursor.incarnation(),
                        cursor.acknowledgedThrough());
            }
            return cursor;
        });
    }

    @Override
    public void commit() {
        run("cannot commit", () -> {
            for (StreamRow row : moved.values()) {
                move(row);
            }
            if (removed) {
                statements.run(
                        "INSERT INTO meta (name, value) VALUES ('last_position', ?)"
                                + " ON CONFLICT DO UPDATE SET value = excluded.value",
                        lastPosition);
            }
            statements.run("COMMIT");
            phase = Phase.COMMITTED;
            return phase;
        });
        onCommit.forEach(Runnable::run);
        writeConnection.committed(streams, lastPosition);
    }

    @Override
    public void close() {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (phase != Phase.COMMITTED) {
            rollBack();
        }
        phase = Phase.CLOSED;
        writeConnection.ended();
    }

    private void rollBack() {
        try {
            statements.run("ROLLBACK");
        } catch (SQLException e) {
            // After a full disk, for example, SQLite has rolled back already; if it has not, the next BEGIN fails.
            LOG.log(System.Logger.Level.DEBUG, "rollback", writeConnection.failure("cannot roll back", e));
        }
    }

    private @Nullable StreamRow row(StreamKey stream) throws SQLException {
        StreamRow row = streams.get(stream);
        if (row == null) {
            row = writeConnection.recall(stream);
        }
        if (row == null) {
            row = queries.stream(stream);
        }
        if (row != null) {
            streams.put(stream, row);
        }
        return row;
    }

    private StreamRow create(StreamKey stream, StreamHead head) throws SQLException {
        try (ResultSet id = statements
                .of(
                        "INSERT INTO streams (project, path, incarnation, last_offset, last_created_at, paused)"
                                + " VALUES (?, ?, ?, 0, 0, 0) RETURNING id",
                        stream.project().value(),
                        stream.path().value(),
                        head.incarnation())
                .executeQuery()) {
            return new StreamRow(id.getLong(1), head);
        }
    }

    private void move(StreamRow row) throws SQLException {
        StreamHead head = row.head();
        statements.run(
                "UPDATE streams SET incarnation = ?, last_offset = ?, last_created_at = ?, paused = ? WHERE id = ?",
                head.incarnation(),
                head.lastOffset(),
                head.lastCreatedAt().toEpochMilli(),
                head.paused() ? 1 : 0,
                row.id());
    }

    private void register(StreamRow row, String type) throws SQLException {
        if (!row.types().contains(type)) {
            statements.run("INSERT OR IGNORE INTO stream_types (type, stream_id) VALUES (?, ?)", type, row.id());
            onCommit.add(() -> row.remember(type));
        }
    }

    private <T> T run(String purpose, Step<T> step) {
        if (phase != Phase.OPEN) {
            throw new IllegalStateException(purpose + ": the transaction has ended (" + phase + "); begin another one");
        }
        try {
            return step.take();
        } catch (SQLException e) {
            phase = Phase.FAILED;
            throw writeConnection.failure(purpose, e);
        } catch (RuntimeException | Error e) {
            phase = Phase.FAILED;
            throw e;
        }
    }
}
