package dev.millrace.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A check of a database. A crash, or a copy of the file while it is written, damages what was written last; so the
 * quick check compares the newest events with their streams and indexes, and takes a second, however large the file is.
 */
final class DatabaseCheck {
    /** A smaller file is checked completely, which takes about a second. */
    static final long SMALL_BYTES = 128 << 20;

    /** How many of the newest events the quick check looks at. */
    static final int NEWEST = 50_000;

    private static final String MISSING_IN_OFFSETS = """
        SELECT 'the event at position ' || e.position || ' is missing in the index of offsets'
        FROM events e NOT INDEXED WHERE e.position > ?1 AND NOT EXISTS (
            SELECT 1 FROM events i INDEXED BY events_by_offset
            WHERE i.stream_id = e.stream_id AND i.offset = e.offset AND i.position = e.position) LIMIT 1""";

    private static final String MISSING_IN_KEYS = """
        SELECT 'the event at position ' || e.position || ' is missing in the index of keys'
        FROM events e NOT INDEXED WHERE e.position > ?1 AND e.key IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM events i INDEXED BY events_by_key
            WHERE i.stream_id = e.stream_id AND i.key = e.key AND i.key IS NOT NULL AND i.position = e.position)
        LIMIT 1""";

    /** The check of SQLite does not count the entries of an index of some rows. */
    static final String WRONG_NUMBER_OF_KEYS = """
        SELECT 'the index of keys has ' || n.entries || ' entries for ' || n.keys || ' keys' FROM (SELECT
            (SELECT count(*) FROM events INDEXED BY events_by_key WHERE key IS NOT NULL AND position > ?1) AS entries,
            (SELECT count(*) FROM events NOT INDEXED WHERE key IS NOT NULL AND position > ?1) AS keys) n
        WHERE n.entries <> n.keys""";

    private static final String LOST_EVENTS = """
        SELECT coalesce('events are missing in ' || s.project || ':' || s.path || ', which has offsets up to '
            || s.last_offset, 'events belong to no stream')
        FROM (SELECT stream_id, min(offset) AS first, max(offset) AS last, count(*) AS number
            FROM events NOT INDEXED WHERE position > ?1 GROUP BY stream_id) n
        LEFT JOIN streams s ON s.id = n.stream_id
        WHERE s.id IS NULL OR n.last <> s.last_offset OR n.number <> n.last - n.first + 1
            OR (n.first > 1 AND NOT EXISTS (SELECT 1 FROM events i INDEXED BY events_by_offset
                WHERE i.stream_id = n.stream_id AND i.offset = n.first - 1))
            OR n.number <> (SELECT count(*) FROM events i INDEXED BY events_by_offset
                WHERE i.stream_id = n.stream_id AND i.offset >= n.first) LIMIT 1""";

    private static final String LOST_LAST_EVENT = """
        SELECT 'the last event is missing in ' || s.project || ':' || s.path || ', which has offsets up to '
            || s.last_offset
        FROM streams s
        WHERE s.last_offset > 0
            AND s.last_created_at >= (SELECT coalesce(min(created_at), 0) FROM events NOT INDEXED WHERE position > ?1)
            AND NOT EXISTS (SELECT 1 FROM events e INDEXED BY events_by_offset
                WHERE e.stream_id = s.id AND e.offset = s.last_offset AND e.type IS NOT NULL) LIMIT 1""";

    private DatabaseCheck() {}

    /** Checks the newest events, and a small file completely; throws an {@link UncheckedIOException} if it is damaged. */
    static void quick(Connection connection, Path file, String what) throws SQLException {
        if (size(connection) <= SMALL_BYTES) {
            complete(connection, file, what);
        } else {
            newest(connection, file, what);
        }
    }

    /** Checks the newest events. */
    static void newest(Connection connection, Path file, String what) throws SQLException {
        long after = Math.max(0, number(connection, "SELECT coalesce(max(position), 0) FROM events") - NEWEST);
        search(
                connection,
                file,
                what,
                after,
                List.of(MISSING_IN_OFFSETS, MISSING_IN_KEYS, LOST_EVENTS, LOST_LAST_EVENT));
    }

    /** Checks everything, in a time that depends on the size. */
    static void complete(Connection connection, Path file, String what) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
            String found = row.getString(1);
            if (!found.equals("ok")) {
                throw damaged(
                        file,
                        what,
                        found.lines()
                                .map(String::strip)
                                .filter(line -> !line.isEmpty())
                                .collect(Collectors.joining(": ")));
            }
        }
        search(connection, file, what, 0, List.of(WRONG_NUMBER_OF_KEYS, LOST_EVENTS, LOST_LAST_EVENT));
    }

    private static void search(Connection connection, Path file, String what, long after, List<String> faults)
            throws SQLException {
        for (String sql : faults) {
            try (PreparedStatement search = connection.prepareStatement(sql)) {
                search.setLong(1, after);
                try (ResultSet row = search.executeQuery()) {
                    if (row.next()) {
                        throw damaged(file, what, row.getString(1));
                    }
                }
            }
        }
    }

    private static UncheckedIOException damaged(Path file, String what, String fault) {
        return new UncheckedIOException(
                what + ": " + file + "; the file is damaged: " + fault + "; " + SqlExceptionTranslator.RESTORE,
                new IOException(fault));
    }

    private static long size(Connection connection) throws SQLException {
        return number(connection, "PRAGMA page_count") * number(connection, "PRAGMA page_size");
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.getLong(1);
        }
    }
}
