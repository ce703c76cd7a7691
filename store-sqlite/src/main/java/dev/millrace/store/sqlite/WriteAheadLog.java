package dev.millrace.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A limiter of the write-ahead log. SQLite moves the log into the database by itself, but can start the file again only
 * when no read is running. Under load this may never happen; then this class makes reads wait.
 */
final class WriteAheadLog {
    /** Much more than SQLite needs between two checkpoints, so it is rarely reached. */
    static final long LIMIT_BYTES = 64 << 20;

    private static final Duration PATIENCE = Duration.ofMillis(250);

    private final Path file;
    private final PreparedStatements statements;
    private final ReadConnectionPool readConnectionPool;
    private final long growth;
    private long limit;

    WriteAheadLog(
            Path database, PreparedStatements statements, ReadConnectionPool readConnectionPool, long limitBytes) {
        this.growth = limitBytes;
        this.limit = limitBytes;
        this.file = fileOf(database);
        this.statements = statements;
        this.readConnectionPool = readConnectionPool;
    }

    /** Truncates the log if it is too long. If reads do not end in time, it does nothing and tries again later. */
    void trim() {
        long size = size();
        if (size <= limit) {
            return;
        }
        boolean quiet = readConnectionPool.whileQuiet(PATIENCE, () -> {
            try {
                empty();
            } catch (SQLException e) {
                warn(e);
            }
        });
        limit = quiet && size() <= growth ? growth : size + growth;
    }

    /** Moves the log into the database and truncates it, if no read is running. */
    void empty() throws SQLException {
        try (ResultSet row = statements.of("PRAGMA wal_checkpoint(TRUNCATE)").executeQuery()) {
            row.next();
        }
    }

    /** Moves the log into the database, as far as running reads allow; waits for none of them. */
    void move() throws SQLException {
        try (ResultSet row = statements.of("PRAGMA wal_checkpoint(PASSIVE)").executeQuery()) {
            row.next();
        }
    }

    private long size() {
        return sizeOf(file);
    }

    /** The size of the log of a database; 0 if it has none. */
    static long size(Path database) {
        return sizeOf(fileOf(database));
    }

    static boolean exists(Path database) {
        return Files.exists(fileOf(database));
    }

    private static Path fileOf(Path database) {
        return database.resolveSibling(database.getFileName() + "-wal");
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // no file yet
        }
    }

    private void warn(SQLException e) {
        System.getLogger(WriteAheadLog.class.getPackageName())
                .log(
                        System.Logger.Level.WARNING,
                        "cannot shorten the write-ahead log: " + file + "; it is tried again after the next commits",
                        e);
    }
}
