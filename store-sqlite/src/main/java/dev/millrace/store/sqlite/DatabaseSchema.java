package dev.millrace.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The tables of the database, and their version.
 *
 * <p>The row id of an event is its position: rows are added only at the end of the table, and positions need no index.
 * {@code stream_types} has every type that a stream holds, so that a search for streams by type does not scan events.
 * An event without a checksum is the copy of a damaged one; see {@link RecordChecksum}. {@code removals} has the positions
 * that removals of streams took. {@code meta} has a random {@code id}, the same in all copies of the database, and as
 * {@code unused} how many positions up to the last one have no event, because they are of a removal or of a removed event.
 */
final class DatabaseSchema {
    /** The {@code PRAGMA user_version} of a file with these tables. */
    static final int VERSION = 3;

    /** The first version with checksums, and with an id. */
    static final int WITH_CHECKSUMS = 2;

    static final String REMOVALS = """
        CREATE TABLE removals (
            position INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            path TEXT NOT NULL
        ) STRICT""";

    static final String NEW_ID = "INSERT OR IGNORE INTO meta (name, value) VALUES ('id', random())";

    /** Takes the events that are there for all that should be. */
    static final String COUNT_UNUSED = "INSERT OR REPLACE INTO meta (name, value) SELECT 'unused', "
            + Queries.LAST_POSITION + " - (SELECT count(*) FROM events)";

    private static final String[] TABLES = {
        """
        CREATE TABLE streams (
            id INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            path TEXT NOT NULL,
            incarnation TEXT NOT NULL,
            last_offset INTEGER NOT NULL,
            last_created_at INTEGER NOT NULL,
            paused INTEGER NOT NULL,
            UNIQUE (project, path)
        ) STRICT""",
        """
        CREATE TABLE events (
            position INTEGER PRIMARY KEY,
            stream_id INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            type TEXT NOT NULL,
            key TEXT,
            body BLOB NOT NULL,
            checksum INTEGER
        ) STRICT""",
        "CREATE UNIQUE INDEX events_by_offset ON events (stream_id, offset)",
        "CREATE UNIQUE INDEX events_by_key ON events (stream_id, key) WHERE key IS NOT NULL",
        """
        CREATE TABLE stream_types (
            type TEXT NOT NULL,
            stream_id INTEGER NOT NULL,
            PRIMARY KEY (type, stream_id)
        ) STRICT, WITHOUT ROWID""",
        """
        CREATE TABLE cursors (
            processor TEXT NOT NULL,
            stream_id INTEGER NOT NULL,
            incarnation TEXT NOT NULL,
            acknowledged_through INTEGER NOT NULL,
            PRIMARY KEY (processor, stream_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX cursors_by_stream ON cursors (stream_id)",
        REMOVALS,
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    };

    private DatabaseSchema() {}

    /** Creates the tables in an empty file. Refuses the file of another program, or of a newer version. */
    static void prepare(Connection connection, Path file) throws SQLException {
        if (versionOf(connection, file) == 0) {
            try (Statement statement = connection.createStatement()) {
                create(statement);
            }
        }
    }

    /** The version of the file; 0 if it is empty. Refuses as {@link #prepare} does. */
    static int versionOf(Connection connection, Path file) throws SQLException {
        int version = (int) DatabaseCheck.number(connection, "PRAGMA user_version");
        if (version > VERSION) {
            throw new IllegalStateException("cannot open the event store: " + file + "; it has schema version "
                    + version + " and this Millrace knows versions up to " + VERSION
                    + "; start the newer Millrace that wrote it");
        }
        if (version == 0 && DatabaseCheck.number(connection, "SELECT count(*) FROM sqlite_schema") > 0) {
            throw new IllegalStateException("cannot open the event store: " + file
                    + "; it is the database of another program; use another directory");
        }
        return version;
    }

    private static void create(Statement statement) throws SQLException {
        statement.execute("BEGIN IMMEDIATE");
        for (String table : TABLES) {
            statement.execute(table);
        }
        statement.execute(NEW_ID);
        statement.execute("INSERT INTO meta (name, value) VALUES ('unused', 0)");
        statement.execute("PRAGMA user_version = " + VERSION);
        statement.execute("COMMIT");
    }
}
