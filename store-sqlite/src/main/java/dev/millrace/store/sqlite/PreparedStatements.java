package dev.millrace.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cache of the prepared statements of one connection. For one thread at a time. */
final class PreparedStatements implements AutoCloseable {
    /** The limit; each new number of types in a filter needs another statement. */
    private static final int KEPT = 64;

    private static final System.Logger LOG = System.getLogger(PreparedStatements.class.getPackageName());

    private final Connection connection;
    private final Map<String, PreparedStatement> bySql = new LinkedHashMap<>(KEPT, 0.75f, true);

    PreparedStatements(Connection connection) {
        this.connection = connection;
    }

    /** A statement with bound parameters: text, numbers, bytes or null. */
    PreparedStatement of(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = bySql.get(sql);
        if (statement == null) {
            forgetOldest();
            statement = connection.prepareStatement(sql);
            bySql.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    void run(String sql, @Nullable Object... parameters) throws SQLException {
        of(sql, parameters).execute();
    }

    private void forgetOldest() throws SQLException {
        if (bySql.size() >= KEPT) {
            Iterator<PreparedStatement> oldest = bySql.values().iterator();
            oldest.next().close();
            oldest.remove();
        }
    }

    /** Closes all statements. Required after a failure, because the driver closes a statement that has failed. */
    void clear() {
        for (PreparedStatement statement : bySql.values()) {
            try {
                statement.close();
            } catch (SQLException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing a statement", e);
            }
        }
        bySql.clear();
    }

    /** Closes the connection and all its statements. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
