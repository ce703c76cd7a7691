package dev.millrace.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A writer of backups: consistent copies of the database, made while it is written. A copy is one long read of one
 * snapshot; appends do not wait for it, but the write-ahead log grows until it ends. One at a time.
 */
final class DatabaseBackup implements AutoCloseable {
    private static final int TO_END_SECONDS = 10;

    private final Path database;
    private final ReadConnectionPool readConnectionPool;
    private final ReentrantLock running = new ReentrantLock(true);
    private volatile @Nullable Statement copying;
    private volatile boolean closed;

    DatabaseBackup(Path database, ReadConnectionPool readConnectionPool) {
        this.database = database;
        this.readConnectionPool = readConnectionPool;
    }

    /** Writes, checks and forces a copy to disk. A copy that failed is deleted. */
    BackupSummary write(Path target) {
        running.lock();
        try {
            if (closed) {
                throw closedMeanwhile(target);
            }
            OwnerOnlyFiles.createNew(target);
            boolean complete = false;
            try {
                copy(target);
                BackupSummary summary = check(target);
                force(target);
                complete = true;
                return summary;
            } finally {
                if (!complete) {
                    Files.deleteIfExists(target);
                }
            }
        } catch (SQLException e) {
            if (closed) {
                throw closedMeanwhile(target);
            }
            throw SqlExceptionTranslator.of("backup failed", target, e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "backup failed: " + target + "; " + e + "; check that the directory exists and belongs to the user"
                            + " that runs the server, and the free space",
                    e);
        } finally {
            running.unlock();
        }
    }

    private void copy(Path target) throws SQLException {
        readConnectionPool.beginLongRead();
        try (Connection source = ConnectionSetup.reading(database);
                PreparedStatement statement = source.prepareStatement("VACUUM INTO ?")) {
            copying = statement;
            if (closed) {
                throw closedMeanwhile(target);
            }
            statement.setString(1, target.toString());
            statement.execute();
        } finally {
            copying = null;
            readConnectionPool.endLongRead();
        }
    }

    /** Also replaces the mark of an open database, so that the first start with this copy checks it again. */
    private BackupSummary check(Path target) throws SQLException, IOException {
        try (Connection copy = ConnectionSetup.single(target)) {
            try (Statement statement = copy.createStatement()) {
                statement.execute(WriteConnection.MARK_UNCHECKED);
            }
            DatabaseCheck.complete(copy, target, "backup failed");
            RecordChecksum.register(copy);
            return new BackupSummary(
                    DatabaseCheck.number(copy, "SELECT count(*) FROM streams"),
                    DatabaseCheck.number(copy, "SELECT count(*) FROM events"),
                    Files.size(target),
                    DatabaseCheck.number(
                            copy, "SELECT count(*) FROM events WHERE checksum IS NOT " + RecordChecksum.OF_ROW));
        }
    }

    private static void force(Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private IllegalStateException closedMeanwhile(Path target) {
        return new IllegalStateException(
                "backup failed: " + target + "; the event store was closed: " + database + "; repeat the backup");
    }

    /** Ends a running copy. */
    @Override
    public void close() {
        closed = true;
        Statement statement = copying;
        try {
            if (statement != null) {
                statement.cancel();
            }
            if (running.tryLock(TO_END_SECONDS, TimeUnit.SECONDS)) {
                running.unlock();
            }
        } catch (SQLException e) {
            throw SqlExceptionTranslator.of("cannot end the backup", database, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
