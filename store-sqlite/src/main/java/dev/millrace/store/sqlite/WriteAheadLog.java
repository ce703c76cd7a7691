package dev.millrace.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Keeps the write-ahead log from growing without end. SQLite moves it into the database by itself, but can begin it anew
 * only at a moment at which nobody reads, and under load such a moment may never come: then it is made.
 */
final class WriteAheadLog {
    /** Far more than SQLite needs between two checkpoints of its own, so this is the exception. */
    static final long LIMIT_BYTES = 64 << 20;

    private static final Duration PATIENCE = Duration.ofMillis(250);

    private final Path file;
    private final PreparedStatements statements;
    private final ReadConnectionPool readers;
    private final long growth;
    private long limit;

    WriteAheadLog(Path database, PreparedStatements statements, ReadConnectionPool readers, long limitBytes) {
        this.growth = limitBytes;
        this.limit = limitBytes;
        this.file = database.resolveSibling(database.getFileName() + "-wal");
        this.statements = statements;
        this.readers = readers;
    }

    /** Begins the log anew when it is too long; does nothing, and tries later, when reads do not come to rest. */
    void trim() {
        long size = size();
        if (size <= limit) {
            return;
        }
        boolean quiet = readers.whileQuiet(PATIENCE, () -> {
            try {
                empty();
            } catch (SQLException e) {
                warn(e);
            }
        });
        limit = quiet && size() <= growth ? growth : size + growth;
    }

    /** Moves everything into the database and truncates the log, if nobody else reads. */
    void empty() throws SQLException {
        try (ResultSet row = statements.of("PRAGMA wal_checkpoint(TRUNCATE)").executeQuery()) {
            row.next();
        }
    }

    private long size() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // there is none yet
        }
    }

    private void warn(SQLException e) {
        System.getLogger(WriteAheadLog.class.getPackageName())
                .log(
                        System.Logger.Level.WARNING,
                        "cannot shorten the write-ahead log: " + file + "; tried again later",
                        e);
    }
}
