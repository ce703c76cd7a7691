package dev.millrace.store.sqlite;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.sqlite.Function;

/**
 * The conversion of a database of an older schema version. Version 1 has the whole JSON of each event; afterwards it has
 * the body and a checksum instead. Each transaction converts some events, so the write-ahead log stays small. The version
 * changes last: if the process ends before, the next opening continues. Version 2 has no table for removals.
 */
final class DatabaseConversion {
    /** How many events are converted in one transaction. */
    static final int BATCH = 10_000;

    private static final String CONVERT = """
        UPDATE events SET body = converted,
            checksum = millrace_checksum(position, stream_id, offset, created_at, type, key, converted)
        FROM (SELECT e.position AS at, millrace_body(e.body, path, e.offset, e.created_at, e.type) AS converted
            FROM events e LEFT JOIN streams ON id = e.stream_id
            WHERE e.position > ?1 AND e.position <= ?2 AND e.checksum IS NULL)
        WHERE position = at""";

    private static final int TENTHS = 10;
    private static final System.Logger LOG = System.getLogger(DatabaseConversion.class.getPackageName());

    private DatabaseConversion() {}

    /** Converts the database if it has the old version. It was checked before. */
    static void run(Connection connection, Path file) throws SQLException {
        long version = DatabaseCheck.number(connection, "PRAGMA user_version");
        if (version < DatabaseSchema.WITH_CHECKSUMS) {
            addChecksums(connection, file);
        }
        if (version < DatabaseSchema.VERSION) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                statement.execute(DatabaseSchema.REMOVALS);
                statement.execute("PRAGMA user_version = " + DatabaseSchema.VERSION);
                statement.execute("COMMIT");
            }
            tell("converted " + file + "; older versions of Millrace cannot open it any more");
        }
    }

    private static void addChecksums(Connection connection, Path file) throws SQLException {
        begin(connection);
        long all = DatabaseCheck.number(connection, "SELECT coalesce(max(position), 0) FROM events");
        long done = DatabaseCheck.number(
                connection,
                "SELECT coalesce(min(position) - 1, " + all + ") FROM events WHERE checksum IS NULL AND position <= "
                        + all);
        tell("converting " + file + " with " + all + " events to the new format, once; a million events take about ten"
                + " seconds");
        long told = 0;
        try (PreparedStatement fill = prepare(connection)) {
            while (done < all) {
                fill.setLong(1, done);
                done = Math.min(done + BATCH, all);
                fill.setLong(2, done);
                fill.execute();
                long tenths = done * TENTHS / all;
                if (all > TENTHS * BATCH && tenths > told && done < all) {
                    told = tenths;
                    tell("converting " + file + ": " + done + " of " + all + " events done");
                }
            }
        }
    }

    /** Changes the table. From here on the database counts as one that was not closed. */
    private static void begin(Connection connection) throws SQLException {
        boolean added = DatabaseCheck.number(
                        connection, "SELECT count(*) FROM pragma_table_info('events') WHERE name = 'checksum'")
                > 0;
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            if (!added) {
                statement.execute("ALTER TABLE events ADD COLUMN checksum INTEGER");
                statement.execute("ALTER TABLE events RENAME COLUMN json TO body");
            }
            statement.execute("INSERT OR IGNORE INTO meta (name, value) VALUES ('open', 1)");
            statement.execute(DatabaseSchema.NEW_ID);
            statement.execute(DatabaseSchema.COUNT_UNUSED);
            statement.execute("COMMIT");
        }
    }

    /** The statement for the events after one position, up to another one. */
    static PreparedStatement prepare(Connection connection) throws SQLException {
        RecordChecksum.register(connection);
        registerBody(connection);
        return connection.prepareStatement(CONVERT);
    }

    /** Makes the function known that turns the JSON of an event into its body. */
    private static void registerBody(Connection connection) throws SQLException {
        Function.create(connection, "millrace_body", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                String path = value_text(1);
                byte[] json = value_blob(0);
                result(
                        path == null || json == null
                                ? json
                                : EventRecord.bodyOf(
                                        json,
                                        new StreamPath(path),
                                        value_long(2),
                                        Instant.ofEpochMilli(value_long(3)),
                                        value_text(4)));
            }
        });
    }

    private static void tell(String message) {
        LOG.log(System.Logger.Level.WARNING, message); // shown by default: the start takes long
    }
}
