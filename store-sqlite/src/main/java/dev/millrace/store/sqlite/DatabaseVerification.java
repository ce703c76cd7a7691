package dev.millrace.store.sqlite;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.store.sqlite.VerifySummary.Damaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A complete check of a database that no store has open. It only reads, goes on after each fault, and names all of them.
 * For one thread.
 */
final class DatabaseVerification {
    private static final int BATCH = 10_000;
    private static final int MOST_FAULTS = 100;

    private static final String DAMAGED = "SELECT position, offset, type, coalesce(project, ''), coalesce(path, '')"
            + " FROM events LEFT JOIN streams ON streams.id = stream_id"
            + " WHERE position > ? AND position <= ? AND checksum IS NOT " + RecordChecksum.OF_ROW;

    /** Each stream whose events are not those from 1 to its last offset, with the first offset that is wrong. */
    private static final String GAPS = """
        SELECT s.project || ':' || s.path || ': its last offset is ' || s.last_offset || '; '
            || CASE WHEN n.number IS NULL THEN 'it has no events'
                WHEN n.first <> 1 THEN 'its first event is @' || n.first
                WHEN n.number <> n.last - n.first + 1 THEN 'no event follows @' || (SELECT min(e.offset)
                    FROM events e INDEXED BY events_by_offset WHERE e.stream_id = s.id AND NOT EXISTS (
                        SELECT 1 FROM events f INDEXED BY events_by_offset
                        WHERE f.stream_id = s.id AND f.offset = e.offset + 1))
                ELSE 'its last event is @' || n.last END
        FROM streams s LEFT JOIN (SELECT stream_id, min(offset) AS first, max(offset) AS last, count(*) AS number
            FROM events INDEXED BY events_by_offset GROUP BY stream_id) n ON n.stream_id = s.id
        WHERE coalesce(n.first, 0) <> 1 OR n.last <> s.last_offset OR n.number <> n.last""";

    private static final String WRONG_TIME = """
        SELECT s.project || ':' || s.path || ': its time is not that of its last event, @' || s.last_offset
        FROM streams s JOIN events e ON e.stream_id = s.id AND e.offset = s.last_offset
        WHERE e.created_at <> s.last_created_at""";

    private static final String NO_STREAM = """
        SELECT count(*) || ' events belong to no stream, the first one is at position ' || min(position)
        FROM events WHERE stream_id NOT IN (SELECT id FROM streams) HAVING count(*) > 0""";

    private static final String WRONG_NUMBER =
            "SELECT 'the file has ' || n.events || ' events; up to position ' || n.last"
                    + " || ' it should have ' || (n.last - n.unused) FROM (SELECT"
                    + " (SELECT count(*) FROM events) AS events, " + Queries.LAST_POSITION + " AS last,"
                    + " (SELECT value FROM meta WHERE name = 'unused') AS unused) n WHERE n.events + n.unused <> n.last";

    private static final String LAST_POSITION = "SELECT " + Queries.LAST_POSITION;

    private final Connection connection;
    private final BiConsumer<Long, Long> progress;
    private final List<String> faults = new ArrayList<>();
    private final List<Damaged> damaged = new ArrayList<>();
    private long damagedEvents;

    private interface Step {
        void take() throws SQLException;
    }

    private DatabaseVerification(Connection connection, BiConsumer<Long, Long> progress) {
        this.connection = connection;
        this.progress = progress;
    }

    /** Checks a file; {@code progress} gets the number of positions that are done, and of all. */
    static VerifySummary run(Path file, LossCheck lossCheck, BiConsumer<Long, Long> progress)
            throws SQLException, IOException {
        boolean logMissing = !WriteAheadLog.exists(file);
        Path index = file.resolveSibling(file.getFileName() + "-shm");
        boolean hadIndex = Files.exists(index);
        try (Connection connection = ConnectionSetup.inspecting(file)) {
            RecordChecksum.register(connection);
            return new DatabaseVerification(connection, progress).run(file, lossCheck, logMissing);
        } finally {
            if (!hadIndex) {
                Files.deleteIfExists(index);
            }
        }
    }

    private VerifySummary run(Path file, LossCheck lossCheck, boolean logMissing) throws SQLException {
        int version = DatabaseSchema.versionOf(connection, file);
        boolean hasChecksums = version >= DatabaseSchema.WITH_CHECKSUMS;
        attempt("the structure of the file", () -> list("PRAGMA integrity_check(" + MOST_FAULTS + ")"));
        faults.remove("ok");
        if (hasChecksums) {
            attempt("the mark", () -> compare(lossCheck));
        } else {
            lossCheck.differenceOfOld().ifPresent(faults::add);
        }
        if (logMissing && number(WriteConnection.READ_MARK) == WriteConnection.OPEN + number(LAST_POSITION)) {
            faults.add("the file was not closed, and its write-ahead log is missing, so the newest events are lost");
        }
        attempt("the streams", () -> {
            list(GAPS);
            list(WRONG_TIME);
            list(NO_STREAM);
        });
        attempt("the numbers", () -> {
            list(DatabaseCheck.WRONG_NUMBER_OF_KEYS);
            list(WRONG_NUMBER);
        });
        if (hasChecksums) {
            attempt("the events", this::checkEvents);
        }
        return new VerifySummary(
                number("SELECT count(*) FROM streams"),
                number("SELECT count(*) FROM events"),
                hasChecksums,
                damagedEvents,
                List.copyOf(damaged),
                List.copyOf(faults));
    }

    /** A fault can keep a query from its end; then it is a fault that this part could not be read. */
    private void attempt(String what, Step step) {
        try {
            step.take();
        } catch (SQLException e) {
            faults.add(what + " cannot be read completely: " + e.getMessage());
        }
    }

    private long number(String query) {
        try {
            return DatabaseCheck.number(connection, query);
        } catch (SQLException e) {
            return 0; // it is among the faults
        }
    }

    private void compare(LossCheck lossCheck) throws SQLException {
        Queries queries = new Queries(new PreparedStatements(connection));
        lossCheck
                .difference(queries.mark(), queries.checksum(lossCheck.newest()))
                .ifPresent(faults::add);
    }

    private void list(String sql) throws SQLException {
        try (PreparedStatement search = connection.prepareStatement(sql)) {
            if (search.getParameterMetaData().getParameterCount() > 0) {
                search.setLong(1, 0); // all positions
            }
            try (ResultSet row = search.executeQuery()) {
                for (int i = 0; row.next(); i++) {
                    if (i == MOST_FAULTS) {
                        faults.add("there is more of this kind");
                        return;
                    }
                    faults.add(row.getString(1));
                }
            }
        }
    }

    private void checkEvents() throws SQLException {
        long all = DatabaseCheck.number(connection, "SELECT coalesce(max(position), 0) FROM events");
        try (PreparedStatement batch = connection.prepareStatement(DAMAGED)) {
            for (long done = 0; done < all; ) {
                batch.setLong(1, done);
                done = Math.min(done + BATCH, all);
                batch.setLong(2, done);
                try (ResultSet row = batch.executeQuery()) {
                    while (row.next()) {
                        note(row);
                    }
                }
                progress.accept(done, all);
            }
        }
    }

    private void note(ResultSet row) throws SQLException {
        damagedEvents++;
        if (damaged.size() == VerifySummary.MOST) {
            return;
        }
        if (row.getString(5).isEmpty()) {
            faults.add("the event at position " + row.getLong(1) + " is damaged, and belongs to no stream");
        } else {
            StreamKey stream = new StreamKey(new ProjectSlug(row.getString(4)), new StreamPath(row.getString(5)));
            damaged.add(new Damaged(stream, row.getLong(2), row.getLong(1), row.getString(3)));
        }
    }
}
