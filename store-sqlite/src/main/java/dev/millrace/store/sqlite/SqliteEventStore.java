package dev.millrace.store.sqlite;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Events in one SQLite file. What {@link EventStore.Transaction#commit} returned from has been forced to disk
 * (write-ahead log, {@code synchronous=FULL}), so it survives the death of the process and of the machine.
 *
 * <p>The directory holds {@code millrace.db}, beside it SQLite's own {@code -wal} and {@code -shm} files while the store
 * is open, and {@code millrace.lock}, which keeps a second process out. The file can be read with the {@code sqlite3}
 * tool at any time.
 *
 * <p>Reads run on a few read-only connections of their own and never wait for the writer, nor the writer for them. Safe
 * for use by many threads, except that one thread at a time writes. A failure of the file or the disk is an {@link
 * UncheckedIOException} that names the file and what to do about it; use after {@link #close} is an {@link
 * IllegalStateException}.
 *
 * <p>SQLite is native code, which the driver unpacks into {@code java.io.tmpdir} when the first store is opened. Where
 * that directory does not allow execution, name another one with {@code -Dorg.sqlite.tmpdir=DIR}. From Java 24 on, {@code
 * --enable-native-access=ALL-UNNAMED} avoids a warning.
 */
public final class SqliteEventStore implements EventStore {
    /** The database, inside the store's directory. */
    static final String FILE = "millrace.db";

    private static final System.Logger LOG = System.getLogger(SqliteEventStore.class.getPackageName());

    private final DirectoryLock lock;
    private final WriteConnection writer;
    private final ReadConnectionPool readers;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SqliteEventStore(DirectoryLock lock, WriteConnection writer, ReadConnectionPool readers) {
        this.lock = lock;
        this.writer = writer;
        this.readers = readers;
    }

    /**
     * Opens the store in a directory and creates both where they do not exist.
     *
     * @throws IllegalStateException when another store has the directory open, in this process or another one, or when
     *     the file was written by a newer version or by another program
     * @throws UncheckedIOException when the directory or the file cannot be used
     */
    public static SqliteEventStore open(Path directory) {
        return open(directory, WriteConnection.UNLIMITED);
    }

    /** As {@link #open(Path)}, with a database that may not grow beyond so many pages: a disk that can be full. */
    static SqliteEventStore open(Path directory, long maxPages) {
        Path home = create(directory);
        DirectoryLock lock = DirectoryLock.take(home);
        Path file = home.resolve(FILE);
        try {
            ReadConnectionPool readers = new ReadConnectionPool(file);
            return new SqliteEventStore(lock, WriteConnection.open(file, readers, maxPages), readers);
        } catch (SQLException e) {
            lock.close();
            throw SqlExceptionTranslator.of("cannot open the event store", file, e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public Transaction begin() {
        return writer.begin();
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return readers.read("cannot read the head of " + stream, queries -> queries.head(stream));
    }

    @Override
    public List<EventRecord> read(StreamKey stream, RecordRange range) {
        return readers.read("cannot read " + stream, queries -> queries.records(stream, range));
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return readers.read(
                "cannot look up an idempotency key of " + stream, queries -> queries.record(stream, idempotencyKey));
    }

    @Override
    public List<StreamKey> streamsWith(Set<String> types) {
        return readers.read("cannot find streams by event type", queries -> queries.streamsWith(types));
    }

    @Override
    public Optional<Cursor> cursor(StreamKey stream, String processor) {
        return readers.read(
                "cannot read the cursor of " + processor + " on " + stream,
                queries -> queries.cursor(stream, processor));
    }

    @Override
    public List<StreamKey> streamsWithCursor(String processor) {
        return readers.read("cannot find the cursors of " + processor, queries -> queries.streamsWithCursor(processor));
    }

    @Override
    public long lastPosition() {
        return readers.read("cannot read the last position", Queries::lastPosition);
    }

    @Override
    public SubtreePage readSubtree(StreamKey root, long afterPosition, long throughPosition, int limit) {
        return readers.read(
                "cannot read the subtree of " + root,
                queries -> queries.subtree(root, afterPosition, throughPosition, limit));
    }

    @Override
    public List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        return readers.read("cannot list the streams of " + root, queries -> {
            List<Standing> standings = new ArrayList<>();
            if (after.isEmpty()) {
                queries.head(root).ifPresent(head -> standings.add(new Standing(root.path(), head)));
            }
            if (standings.size() < limit) {
                standings.addAll(
                        queries.standings(root, after.orElse(root.path()).value(), limit - standings.size()));
            }
            return standings;
        });
    }

    /**
     * Moves everything from the write-ahead log into the database file, closes it and unlocks the directory. A read that
     * is under way finishes. Closing twice does nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try (lock;
                    writer;
                    readers) {
                LOG.log(System.Logger.Level.DEBUG, "closing {0}", this);
            }
        }
    }

    /** Names the directory. */
    @Override
    public String toString() {
        return "SqliteEventStore[" + lock + "]";
    }

    private static Path create(Path directory) {
        try {
            return Files.createDirectories(directory).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot open the event store: " + directory + "; the directory cannot be created (" + e.getMessage()
                            + "); check the path and its permissions",
                    e);
        }
    }
}
