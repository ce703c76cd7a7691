package dev.millrace.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** How connections are set up. Each pragma here is a statement at every opening, so there are few. */
final class ConnectionSetup {
    /** How long to wait for another program, such as the {@code sqlite3} tool, to let go of a lock. */
    private static final int BUSY_MILLIS = 5_000;

    /** Negative means KiB. */
    private static final int WRITER_CACHE = -32 * 1024;

    /** What the write-ahead log is cut back to when it is begun anew. */
    private static final int LOG_KEPT_BYTES = 32 << 20;

    /**
     * How long the write-ahead log may become before SQLite moves it into the database, 16 MiB. Four times the default:
     * a page that changes often is then moved once, which measured a quarter more appends.
     */
    private static final int CHECKPOINT_PAGES = 4_000;

    private ConnectionSetup() {}

    /** The connection that writes: a commit returns when its pages of the write-ahead log are on disk. */
    static Connection writing(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(WRITER_CACHE);
        config.setJournalSizeLimit(LOG_KEPT_BYTES);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
        }
        return connection;
    }

    /** A connection that cannot write. */
    static Connection reading(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }
}
