package dev.millrace.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The prepared statements of one connection, each compiled once and used again. For one thread at a time. */
final class PreparedStatements implements AutoCloseable {
    /** How many are kept; without a limit every new number of types in a filter would add one for good. */
    private static final int KEPT = 64;

    private static final System.Logger LOG = System.getLogger(PreparedStatements.class.getPackageName());

    private final Connection connection;
    private final Map<String, PreparedStatement> bySql = new LinkedHashMap<>(KEPT, 0.75f, true);

    PreparedStatements(Connection connection) {
        this.connection = connection;
    }

    /**
     * A statement with its parameters bound.
     *
     * @param parameters text, numbers, bytes or null
     */
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

    /** Runs a statement that answers nothing, or a number of rows nobody asks for. */
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

    /** Forgets every statement. After a failure it must be: the driver closes a statement that has failed. */
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

    /** Closes the connection and with it every statement. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
