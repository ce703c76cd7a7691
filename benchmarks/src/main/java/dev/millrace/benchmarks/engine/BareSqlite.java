package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.suite.MeasuredEvent;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** Rows in the table of the events, in a database that the durable store created, and nothing else. */
final class BareSqlite implements Floor {
    private static final String INSERT = "INSERT INTO events (position, stream_id, offset, created_at, type, key, body)"
            + " VALUES (?, 1, ?, ?, '" + MeasuredEvent.TYPE + "', ?, ?)";

    private final Connection connection;
    private final PreparedStatement insert;

    BareSqlite(Path directory) throws Exception {
        SqliteEventStore.open(directory).close();
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setCacheSize(-32 * 1024);
        connection = config.createConnection("jdbc:sqlite:" + database(directory));
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint = 4000");
        }
        connection.setAutoCommit(false);
        insert = connection.prepareStatement(INSERT);
    }

    private static Path database(Path directory) throws Exception {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".db"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the store has no database in " + directory));
        }
    }

    @Override
    public void add(long number) throws SQLException {
        insert.setLong(1, number);
        insert.setLong(2, number);
        insert.setLong(3, number);
        insert.setString(4, "k-" + number);
        insert.setBytes(5, MeasuredEvent.numbered(number));
        insert.executeUpdate();
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        insert.close();
        connection.close();
    }
}
