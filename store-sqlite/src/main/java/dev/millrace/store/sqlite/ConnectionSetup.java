package dev.millrace.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** A factory of SQLite connections. Each pragma is a statement at every opening, so there are few. */
final class ConnectionSetup {
    /** How long the opening waits for a lock of another program, for example the {@code sqlite3} tool. */
    private static final int OPENING_MILLIS = 1_000;

    /** How long a connection waits for the others of this process. */
    private static final int BUSY_MILLIS = 5_000;

    /** A negative number is a size in KiB. */
    private static final int WRITER_CACHE = -32 * 1024;

    /** The size to which the file of the write-ahead log is truncated after a checkpoint. */
    private static final int LOG_KEPT_BYTES = 32 << 20;

    /**
     * The size of the write-ahead log at which SQLite moves it into the database, 16 MiB: four times the default. A
     * page that changes often is then moved less often, which gave a quarter more appends in a measurement.
     */
    private static final int CHECKPOINT_PAGES = 4_000;

    private ConnectionSetup() {}

    /** The writing connection: a commit returns when its pages of the write-ahead log are on disk. */
    static Connection writing(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setBusyTimeout(OPENING_MILLIS);
        config.setCacheSize(WRITER_CACHE);
        config.setJournalSizeLimit(LOG_KEPT_BYTES);
        Connection connection = config.createConnection(owned(file));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
            statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
        }
        RecordChecksum.register(connection);
        return connection;
    }

    static Connection reading(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection(owned(file));
    }

    /**
     * A connection to a database that no process has open, and that stays as it is. Without a write-ahead log SQLite is
     * told that nothing changes the file, so that it creates no log. With one, it creates the file of its index.
     */
    static Connection inspecting(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return config.createConnection(
                "jdbc:sqlite:" + file.toUri() + (WriteAheadLog.size(file) == 0 ? "?immutable=1" : ""));
    }

    /** A connection to the database of no store, for example a backup. */
    static Connection single(Path file) throws SQLException {
        return new SQLiteConfig().createConnection("jdbc:sqlite:" + file.toUri());
    }

    /**
     * The address of a database that belongs to this process. The {@code unix-excl} access of SQLite locks the file
     * itself for the first connection that writes, until the last one is closed. It also keeps the index of the
     * write-ahead log in memory instead of in a mapped {@code -shm} file. On a full disk, a mapped file can lack
     * blocks, and writing to it then ends the process.
     */
    private static String owned(Path file) {
        return "jdbc:sqlite:" + file.toUri()
                + (file.getFileSystem().supportedFileAttributeViews().contains("unix") ? "?vfs=unix-excl" : "");
    }
}
