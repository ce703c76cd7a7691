package dev.millrace.store.sqlite;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Cursor;
import dev.millrace.engine.spi.EventStore.Standing;
import dev.millrace.engine.spi.EventStore.SubtreePage;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The queries of the store, on one connection. Each is one statement, so its result is consistent; only what is known
 * of a damaged record beside its row is looked up by another one. For one thread at a time.
 */
final class Queries {
    private static final System.Logger LOG = System.getLogger(Queries.class.getPackageName());
    private static final String STREAM = "(SELECT id FROM streams WHERE project = ? AND path = ?)";
    private static final long SEARCHED_ROWS = 10_000;
    private static final String COLUMNS = "SELECT position, offset, created_at, type, key, body, stream_id, checksum";
    private static final String RECORD = COLUMNS + " FROM events";
    static final String LAST_POSITION = "max(coalesce((SELECT max(position) FROM events), 0),"
            + " coalesce((SELECT value FROM meta WHERE name = 'last_position'), 0))";
    private static final byte[] DAMAGED = {};

    private final PreparedStatements statements;
    private boolean warned;

    Queries(PreparedStatements statements) {
        this.statements = statements;
    }

    /** The row of a stream, without its types; null if the stream does not exist. */
    @Nullable StreamRow stream(StreamKey stream) throws SQLException {
        try (ResultSet row = ask(
                "SELECT id, incarnation, last_offset, last_created_at, paused FROM streams"
                        + " WHERE project = ? AND path = ?",
                stream)) {
            return row.next() ? new StreamRow(row.getLong(1), head(row)) : null;
        }
    }

    /** The head in the columns 2 to 5. */
    private static StreamHead head(ResultSet row) throws SQLException {
        return new StreamHead(
                row.getString(2), row.getLong(3), Instant.ofEpochMilli(row.getLong(4)), row.getInt(5) != 0);
    }

    Optional<StreamHead> head(StreamKey stream) throws SQLException {
        StreamRow row = stream(stream);
        return row == null ? Optional.empty() : Optional.of(row.head());
    }

    List<EventRecord> records(StreamKey stream, RecordRange range) throws SQLException {
        String sql = RECORD + " WHERE stream_id = " + STREAM + " AND offset > ? AND offset < ?"
                + (range.types().isEmpty() ? "" : ofTypes(range.types()))
                + " ORDER BY offset " + (range.descending() ? "DESC" : "ASC") + " LIMIT ?";
        List<Object> parameters = new ArrayList<>(2 * range.types().size() + 7);
        Collections.addAll(
                parameters, stream.project().value(), stream.path().value(), range.afterOffset(), range.beforeOffset());
        if (!range.types().isEmpty()) {
            parameters.addAll(range.types());
            Collections.addAll(
                    parameters, stream.project().value(), stream.path().value());
            parameters.addAll(range.types());
        }
        parameters.add(range.limit());
        List<EventRecord> records = new ArrayList<>();
        long bytes = 0;
        try (ResultSet row = statements.of(sql, parameters.toArray()).executeQuery()) {
            while (bytes < range.mostBytes() && row.next()) {
                EventRecord record = record(stream.path(), row);
                records.add(record);
                bytes += record.size();
            }
        }
        return records;
    }

    /**
     * The condition for the types of a range. Its second part depends on no row, so SQLite checks it once before it
     * begins: a stream that has no event of these types is not scanned.
     */
    private static String ofTypes(Set<String> types) {
        String marks = marks(types);
        return " AND type IN (" + marks + ") AND EXISTS (SELECT 1 FROM stream_types WHERE stream_id = " + STREAM
                + " AND type IN (" + marks + "))";
    }

    Optional<EventRecord> record(StreamKey stream, String idempotencyKey) throws SQLException {
        try (ResultSet row = ask(RECORD + " WHERE stream_id = " + STREAM + " AND key = ?", stream, idempotencyKey)) {
            return row.next() ? Optional.of(placed(record(stream.path(), row), row)) : Optional.empty();
        }
    }

    List<StreamKey> streamsWith(Set<String> types) throws SQLException {
        return types.isEmpty()
                ? List.of()
                : streams(
                        "SELECT project, path FROM streams WHERE id IN"
                                + " (SELECT stream_id FROM stream_types WHERE type IN (" + marks(types) + "))",
                        types.toArray());
    }

    Optional<Cursor> cursor(StreamKey stream, String processor) throws SQLException {
        try (ResultSet row = ask(
                "SELECT incarnation, acknowledged_through FROM cursors WHERE stream_id = " + STREAM
                        + " AND processor = ?",
                stream,
                processor)) {
            return row.next() ? Optional.of(new Cursor(row.getString(1), row.getLong(2))) : Optional.empty();
        }
    }

    List<StreamKey> streamsWithCursor(String processor) throws SQLException {
        return streams(
                "SELECT project, path FROM streams WHERE id IN (SELECT stream_id FROM cursors WHERE processor = ?)",
                processor);
    }

    /** The highest position that was ever committed; 0 if there is none. */
    long lastPosition() throws SQLException {
        try (ResultSet row = statements.of("SELECT " + LAST_POSITION).executeQuery()) {
            return row.getLong(1);
        }
    }

    Mark mark() throws SQLException {
        try (ResultSet row = statements
                .of("SELECT (SELECT value FROM meta WHERE name = 'id'), " + LAST_POSITION
                        + ", (SELECT coalesce(max(position), 0) FROM events),"
                        + " (SELECT checksum FROM events ORDER BY position DESC LIMIT 1)")
                .executeQuery()) {
            return new Mark(row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4));
        }
    }

    /** The stored checksum of an event; empty if there is none at this position. */
    Optional<Integer> checksum(long position) throws SQLException {
        try (ResultSet row = statements
                .of("SELECT checksum FROM events WHERE position = ?", position)
                .executeQuery()) {
            return row.next() ? Optional.of(row.getInt(1)) : Optional.empty();
        }
    }

    List<LogEntry> entries(long after, int limit) throws SQLException {
        List<LogEntry> entries = new ArrayList<>();
        String sql = "SELECT * FROM (SELECT position, project, path, offset FROM events"
                + " CROSS JOIN streams ON id = stream_id WHERE position > ? ORDER BY position LIMIT ?)"
                + " UNION ALL SELECT * FROM (SELECT position, project, path, NULL FROM removals"
                + " WHERE position > ? ORDER BY position LIMIT ?) ORDER BY position LIMIT ?";
        try (ResultSet row = statements.of(sql, after, limit, after, limit, limit).executeQuery()) {
            while (row.next()) {
                long position = row.getLong(1);
                StreamKey stream = new StreamKey(new ProjectSlug(row.getString(2)), new StreamPath(row.getString(3)));
                long offset = row.getLong(4);
                entries.add(
                        row.wasNull()
                                ? new LogEntry.Removed(position, stream)
                                : new LogEntry.Appended(position, stream, offset));
            }
        }
        return entries;
    }

    /**
     * One page of a subtree. It searches a limited number of rows of all streams, so that no read takes long, and
     * checks for each row whether its stream belongs to the subtree.
     */
    SubtreePage subtree(StreamKey root, long after, long through, int limit, long mostBytes) throws SQLException {
        long end = Math.min(through, after + SEARCHED_ROWS);
        String sql = COLUMNS + ", path"
                + " FROM events CROSS JOIN streams ON id = stream_id" // searches the events first
                + " WHERE position > ? AND position <= ?"
                + " AND project = ? AND (path = ? OR (path >= ? AND path < ?))"
                + " ORDER BY position LIMIT ?";
        List<EventRecord> records = new ArrayList<>();
        long bytes = 0;
        try (ResultSet row = statements
                .of(
                        sql,
                        after,
                        end,
                        root.project().value(),
                        root.path().value(),
                        firstBelow(root),
                        afterAllBelow(root),
                        limit)
                .executeQuery()) {
            while (bytes < mostBytes && row.next()) {
                EventRecord record = placed(record(new StreamPath(row.getString(9)), row), row);
                records.add(record);
                bytes += record.size();
            }
        }
        boolean full = records.size() >= limit || bytes >= mostBytes;
        return new SubtreePage(records, full ? records.get(records.size() - 1).position() : end);
    }

    /** The streams below {@code root} with a path after {@code after}. */
    List<Standing> standings(StreamKey root, String after, int limit) throws SQLException {
        List<Standing> standings = new ArrayList<>();
        String first = firstBelow(root);
        String sql = "SELECT path, incarnation, last_offset, last_created_at, paused FROM streams"
                + " WHERE project = ? AND path > ? AND path < ? ORDER BY path LIMIT ?";
        try (ResultSet row = statements
                .of(sql, root.project().value(), after.compareTo(first) < 0 ? first : after, afterAllBelow(root), limit)
                .executeQuery()) {
            while (row.next()) {
                standings.add(new Standing(new StreamPath(row.getString(1)), head(row)));
            }
        }
        return standings;
    }

    /** The prefix of the paths of all streams below. */
    private static String firstBelow(StreamKey root) {
        return root.path().isRoot() ? "/" : root.path() + "/";
    }

    /** A text after the paths of all streams below: {@code 0} is the character after the slash. */
    private static String afterAllBelow(StreamKey root) {
        return root.path().isRoot() ? "0" : root.path() + "0";
    }

    private List<StreamKey> streams(String sql, Object... parameters) throws SQLException {
        List<StreamKey> streams = new ArrayList<>();
        try (ResultSet row = statements.of(sql, parameters).executeQuery()) {
            while (row.next()) {
                streams.add(new StreamKey(new ProjectSlug(row.getString(1)), new StreamPath(row.getString(2))));
            }
        }
        return streams;
    }

    private ResultSet ask(String sql, StreamKey stream) throws SQLException {
        return statements
                .of(sql, stream.project().value(), stream.path().value())
                .executeQuery();
    }

    private ResultSet ask(String sql, StreamKey stream, String name) throws SQLException {
        return statements
                .of(sql, stream.project().value(), stream.path().value(), name)
                .executeQuery();
    }

    /** The record in a row; without its body if the checksum is wrong, or if it is a copy of such a record. */
    private EventRecord record(StreamPath path, ResultSet row) throws SQLException {
        long position = row.getLong(1);
        long offset = row.getLong(2);
        long createdAt = row.getLong(3);
        String type = row.getString(4);
        String key = row.getString(5);
        byte[] body = row.getBytes(6);
        boolean sound = RecordChecksum.of(position, row.getLong(7), offset, createdAt, type, key, body) == row.getInt(8)
                && !row.wasNull();
        if (!sound) {
            warn(path, offset);
        }
        return new EventRecord(
                position,
                path,
                offset,
                Instant.ofEpochMilli(createdAt),
                type == null ? "" : type,
                Optional.ofNullable(key),
                sound && body != null ? body : DAMAGED);
    }

    /** Once for each connection, because readers may read the same event again and again. */
    private void warn(StreamPath path, long offset) {
        if (!warned) {
            warned = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "an event is damaged, and readers get a text in its place: " + path + "@" + offset
                            + "; there may be more; stop the server, and 'millrace verify' names all");
        }
    }

    /** A damaged record that was not found by its offset gets the offset of the index, because its own may be wrong. */
    private EventRecord placed(EventRecord record, ResultSet row) throws SQLException {
        if (!record.isDamaged()) {
            return record;
        }
        try (ResultSet indexed = statements
                .of(
                        "SELECT offset FROM events INDEXED BY events_by_offset WHERE stream_id = ? AND position = ?",
                        row.getLong(7),
                        record.position())
                .executeQuery()) {
            long offset = indexed.next() ? indexed.getLong(1) : Math.max(1, record.offset());
            return record.at(new Placement(record.position(), offset, record.createdAt()));
        }
    }

    private static String marks(Collection<?> values) {
        return String.join(", ", Collections.nCopies(values.size(), "?"));
    }
}
