package dev.millrace.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A translator of SQL exceptions: what failed, in which file, why, and what to do. */
final class SqlExceptionTranslator {
    /** What to do with a damaged database. */
    static final String RESTORE =
            "stop, keep a copy of the directory, and restore a backup; docs/backup.md says how, and what to do without one";

    private SqlExceptionTranslator() {}

    static UncheckedIOException of(String what, Path file, SQLException cause) {
        return new UncheckedIOException(
                what + ": " + file + "; " + why(cause), new IOException(cause.getMessage(), cause));
    }

    private static String why(SQLException cause) {
        if (!(cause instanceof SQLiteException failure)) {
            return String.valueOf(cause.getMessage());
        }
        return reason(failure.getResultCode()) + " (" + failure.getResultCode() + ")";
    }

    /** Whether another program, or another process of this one, has locked the file. */
    static boolean isLocked(SQLException cause) {
        return cause instanceof SQLiteException failure && kind(failure.getResultCode()) == SQLiteErrorCode.SQLITE_BUSY;
    }

    /** Whether the disk is full: then nothing of the statement is in the file. */
    static boolean isFull(SQLException cause) {
        return cause instanceof SQLiteException failure && kind(failure.getResultCode()) == SQLiteErrorCode.SQLITE_FULL;
    }

    /** Whether the index of keys has the key of the new event already. */
    static boolean isKeyTaken(SQLException cause) {
        return cause instanceof SQLiteException failure
                && failure.getResultCode() == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE
                && String.valueOf(failure.getMessage()).contains("events.key");
    }

    private static SQLiteErrorCode kind(SQLiteErrorCode code) {
        return SQLiteErrorCode.getErrorCode(code.code & 0xff); // the other bits are details
    }

    private static String reason(SQLiteErrorCode code) {
        if (code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE || code == SQLiteErrorCode.SQLITE_IOERR_SHMMAP) {
            return reason(SQLiteErrorCode.SQLITE_FULL);
        }
        return switch (kind(code)) {
            case SQLITE_FULL -> "the disk is full; free some space and repeat the request";
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "another program has locked the file; close it there and repeat the request";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> "the file is damaged or is not a SQLite database; " + RESTORE;
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH ->
                "the file cannot be opened for writing;"
                        + " check the owner and the permissions of the file and its directory, and the free space";
            case SQLITE_IOERR ->
                "the disk failed to read or write; check the free space and the quota, the system log and the disk";
            case SQLITE_CONSTRAINT ->
                "an offset, a position or an idempotency key exists already; this is a defect of the caller";
            default -> String.valueOf(code.message);
        };
    }
}
