package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.engine.spi.UncertainCommitException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The transaction of a proposal. It writes records at once, and the head of each stream at the commit. For one thread,
 * which holds the lock of the connection.
 */
final class SqliteCommit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqliteCommit.class.getPackageName());

    private final WriteConnection writeConnection;
    private final PreparedStatements statements;
    private final Queries queries;
    private final Map<StreamKey, StreamRow> streams = new HashMap<>();
    private final Map<StreamKey, StreamRow> moved = new HashMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<Runnable> onCommit = new ArrayList<>();
    private long lastPosition;
    private long unused;
    private boolean removed;
    private boolean committed;

    SqliteCommit(WriteConnection writeConnection, PreparedStatements statements, Queries queries, long lastPosition) {
        this.writeConnection = writeConnection;
        this.statements = statements;
        this.queries = queries;
        this.lastPosition = lastPosition;
    }

    /** The placements of all appended events and removals so far. */
    List<Placement> placements() {
        return placements;
    }

    void check(Belief belief) {
        run("cannot check " + belief, () -> {
            if (!isTrue(belief)) {
                throw new StaleFactsException("not true: " + belief);
            }
            return belief;
        });
    }

    private boolean isTrue(Belief belief) throws SQLException {
        StreamRow row = row(belief.stream());
        if (belief instanceof Belief.Key key) {
            return queries.record(key.stream(), key.idempotencyKey()).isPresent() == key.taken();
        }
        if (belief instanceof Belief.Present present) {
            return row != null
                    && row.head().incarnation().equals(present.incarnation())
                    && row.head().paused() == present.paused();
        }
        return belief instanceof Belief.EndsAt end
                ? row != null && row.head().lastOffset() == end.lastOffset()
                : row == null;
    }

    void make(Change change) {
        if (change instanceof Change.Append append) {
            append(append);
        } else if (change instanceof Change.Copy copy) {
            copy(copy);
        } else if (change instanceof Change.SaveCursor save) {
            saveCursor(save);
        } else {
            remove(change.stream());
        }
    }

    private void append(Change.Append append) {
        run("cannot append to " + append.stream(), () -> {
            StreamRow known = row(append.stream());
            Optional<StreamHead> head = Optional.ofNullable(known).map(StreamRow::head);
            Placement placement = new Placement(
                    lastPosition + 1, head.map(StreamHead::lastOffset).orElse(0L) + 1, later(append.createdAt(), head));
            StreamHead next =
                    new StreamHead(append.incarnation(), placement.offset(), placement.createdAt(), append.paused());
            StreamRow row = known == null ? create(append.stream(), next) : known.with(next);
            insert(row, append, placement);
            register(row, append.type());
            move(append.stream(), row);
            placements.add(placement);
            lastPosition = placement.position();
            return row;
        });
    }

    private static Instant later(Instant createdAt, Optional<StreamHead> head) {
        Instant newest = head.map(StreamHead::lastCreatedAt).orElse(createdAt);
        return createdAt.isBefore(newest) ? newest : createdAt;
    }

    private void insert(StreamRow row, Change.Append append, Placement placement) throws SQLException {
        long position = placement.position();
        long offset = placement.offset();
        long createdAt = placement.createdAt().toEpochMilli();
        String type = append.type();
        String key = append.idempotencyKey().orElse(null);
        byte[] body = append.body();
        try {
            statements.run(
                    "INSERT INTO events (position, stream_id, offset, created_at, type, key, body, checksum)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    position,
                    row.id(),
                    offset,
                    createdAt,
                    type,
                    key,
                    body,
                    RecordChecksum.of(position, row.id(), offset, createdAt, type, key, body));
        } catch (SQLException e) {
            if (key != null && SqlExceptionTranslator.isKeyTaken(e)) {
                throw new StaleFactsException("the idempotency key '" + key + "' is taken on " + append.stream());
            }
            throw e;
        }
    }

    private void copy(Change.Copy copy) {
        run("cannot copy " + copy.source() + " to " + copy.stream(), () -> {
            StreamRow source = row(copy.source());
            StreamRow target = row(copy.stream());
            long count = copy.throughOffset() - copy.afterOffset();
            long copied = source == null || target == null ? 0 : insertCopies(source, target, copy);
            if (target == null || copied != count) {
                throw new IllegalArgumentException("cannot copy " + copy.source() + " to " + copy.stream() + ": it has "
                        + copied + " of " + count + " records");
            }
            lastPosition += count;
            move(copy.stream(), target.with(headOfCopy(target, copy)));
            return target;
        });
    }

    private StreamHead headOfCopy(StreamRow target, Change.Copy copy) throws SQLException {
        try (ResultSet newest = statements
                .of(
                        "SELECT created_at FROM events WHERE stream_id = ? AND offset = ?",
                        target.id(),
                        copy.throughOffset())
                .executeQuery()) {
            return new StreamHead(
                    target.head().incarnation(),
                    copy.throughOffset(),
                    Instant.ofEpochMilli(newest.getLong(1)),
                    copy.paused());
        }
    }

    /** The copy of a damaged record has no checksum, so it is damaged too. */
    private long insertCopies(StreamRow source, StreamRow target, Change.Copy copy) throws SQLException {
        statements.run(
                "INSERT OR IGNORE INTO stream_types (type, stream_id) SELECT DISTINCT type, ? FROM events"
                        + " WHERE stream_id = ? AND offset > ? AND offset <= ?",
                target.id(),
                source.id(),
                copy.afterOffset(),
                copy.throughOffset());
        return statements
                .of(
                        "INSERT INTO events (position, stream_id, offset, created_at, type, key, body, checksum)"
                                + " SELECT position, stream_id, offset, created_at, type, key, body,"
                                + " CASE WHEN sound THEN " + RecordChecksum.OF_ROW + " END FROM ("
                                + "SELECT ? + offset AS position, ? AS stream_id, offset, created_at, type, key, body,"
                                + " checksum = " + RecordChecksum.OF_ROW + " AS sound"
                                + " FROM events WHERE stream_id = ? AND offset > ? AND offset <= ? ORDER BY offset)",
                        lastPosition - copy.afterOffset(),
                        target.id(),
                        source.id(),
                        copy.afterOffset(),
                        copy.throughOffset())
                .executeUpdate();
    }

    private void remove(StreamKey stream) {
        run("cannot remove " + stream, () -> {
            StreamRow row = row(stream);
            if (row == null) {
                throw new IllegalArgumentException("cannot remove " + stream + ": it does not exist");
            }
            statements.run(
                    "DELETE FROM stream_types WHERE stream_id = ?"
                            + " AND type IN (SELECT DISTINCT type FROM events WHERE stream_id = ?)",
                    row.id(),
                    row.id());
            unused += statements
                    .of("DELETE FROM events WHERE stream_id = ?", row.id())
                    .executeUpdate();
            statements.run("DELETE FROM cursors WHERE stream_id = ?", row.id());
            statements.run("DELETE FROM streams WHERE id = ?", row.id());
            writeConnection.forget(stream);
            streams.remove(stream);
            moved.remove(stream);
            recordRemoval(stream, row.head());
            return stream;
        });
    }

    private void recordRemoval(StreamKey stream, StreamHead head) throws SQLException {
        lastPosition++;
        unused++;
        removed = true;
        statements.run(
                "INSERT INTO removals (position, project, path) VALUES (?, ?, ?)",
                lastPosition,
                stream.project().value(),
                stream.path().value());
        placements.add(new Placement(lastPosition, head.lastOffset(), head.lastCreatedAt()));
    }

    private void saveCursor(Change.SaveCursor save) {
        run("cannot save the cursor of " + save.processor() + " on " + save.stream(), () -> {
            StreamRow row = row(save.stream());
            String incarnation = save.cursor().incarnation();
            if (row != null && row.head().incarnation().equals(incarnation)) {
                statements.run(
                        "INSERT INTO cursors (processor, stream_id, incarnation, acknowledged_through)"
                                + " VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                                + " incarnation = excluded.incarnation,"
                                + " acknowledged_through = excluded.acknowledged_through",
                        save.processor(),
                        row.id(),
                        incarnation,
                        save.cursor().acknowledgedThrough());
            }
            return save;
        });
    }

    void commit() {
        run("cannot commit", () -> {
            for (StreamRow row : moved.values()) {
                update(row);
            }
            if (removed) {
                statements.run(
                        "INSERT INTO meta (name, value) VALUES ('last_position', ?)"
                                + " ON CONFLICT DO UPDATE SET value = excluded.value",
                        lastPosition);
            }
            if (unused > 0) {
                statements.run("UPDATE meta SET value = value + ? WHERE name = 'unused'", unused);
            }
            return moved;
        });
        try {
            statements.run("COMMIT");
        } catch (SQLException e) {
            RuntimeException failure = writeConnection.failure("cannot commit", e);
            throw SqlExceptionTranslator.isFull(e)
                    ? failure
                    : new UncertainCommitException(String.valueOf(failure.getMessage()), failure);
        }
        committed = true;
        onCommit.forEach(Runnable::run);
        writeConnection.committed(streams, lastPosition);
    }

    @Override
    public void close() {
        if (!committed) {
            try {
                statements.run("ROLLBACK");
            } catch (SQLException e) {
                // After a full disk, for example, SQLite has rolled back already; if it has not, the next BEGIN fails.
                LOG.log(System.Logger.Level.DEBUG, "rollback", writeConnection.failure("cannot roll back", e));
            }
        }
    }

    private @Nullable StreamRow row(StreamKey stream) throws SQLException {
        StreamRow row = streams.get(stream);
        if (row == null) {
            row = writeConnection.row(stream);
        }
        if (row != null) {
            streams.put(stream, row);
        }
        return row;
    }

    private void move(StreamKey stream, StreamRow row) {
        streams.put(stream, row);
        moved.put(stream, row);
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

    private void update(StreamRow row) throws SQLException {
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

    private interface Step<T> {
        T take() throws SQLException;
    }

    private <T> T run(String purpose, Step<T> step) {
        try {
            return step.take();
        } catch (SQLException e) {
            throw writeConnection.failure(purpose, e);
        }
    }
}
