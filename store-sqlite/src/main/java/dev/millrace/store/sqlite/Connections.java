package dev.millrace.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** How connections are set up. Each pragma here is a statement at every opening, so there are few. */
final class Connections {
    /** How long to wait for another program, such as the {@code sqlite3} tool, to let go of a lock. */
    private static final int BUSY_MILLIS = 5_000;

    /** Negative means KiB. */
    private static final int WRITER_CACHE = -32 * 1024;

    /** What the write-ahead log is cut back to when it is begun anew. */
    private static final int LOG_KEPT_BYTES = 16 << 20;

    private Connections() {}

    /** The connection that writes: a commit returns when its pages of the write-ahead log are on disk. */
    static Connection writing(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(WRITER_CACHE);
        config.setJournalSizeLimit(LOG_KEPT_BYTES);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    /** A connection that cannot write. */
    static Connection reading(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }
}
