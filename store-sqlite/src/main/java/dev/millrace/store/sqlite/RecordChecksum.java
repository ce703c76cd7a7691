package dev.millrace.store.sqlite;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/**
 * The checksum of a row of {@code events}: CRC-32C over all its other columns, so that a row is also damaged if its
 * place changes. Numbers have eight bytes, and each text has its length in front.
 */
final class RecordChecksum {
    /** A call of the function in SQL, for the columns of one row. */
    static final String OF_ROW = "millrace_checksum(position, stream_id, offset, created_at, type, key, body)";

    private static final int NO_KEY = -1;
    private static final byte[] NOTHING = {};

    private RecordChecksum() {}

    static int of(
            long position,
            long streamId,
            long offset,
            long createdAt,
            @Nullable String type,
            @Nullable String key,
            byte @Nullable [] body) {
        byte[] typeBytes = bytes(type);
        byte[] keyBytes = bytes(key);
        ByteBuffer header = ByteBuffer.allocate(4 * Long.BYTES + 2 * Integer.BYTES + typeBytes.length + keyBytes.length)
                .putLong(position)
                .putLong(streamId)
                .putLong(offset)
                .putLong(createdAt)
                .putInt(typeBytes.length)
                .put(typeBytes)
                .putInt(key == null ? NO_KEY : keyBytes.length)
                .put(keyBytes)
                .flip();
        CRC32C checksum = new CRC32C();
        checksum.update(header);
        checksum.update(body == null ? NOTHING : body);
        return (int) checksum.getValue();
    }

    private static byte[] bytes(@Nullable String text) {
        return text == null ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Makes {@link #OF_ROW} known to a connection. */
    static void register(Connection connection) throws SQLException {
        Function.create(connection, "millrace_checksum", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(of(
                        value_long(0),
                        value_long(1),
                        value_long(2),
                        value_long(3),
                        value_text(4),
                        value_text(5),
                        value_blob(6)));
            }
        });
    }
}
