package dev.millrace.store.sqlite;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * A durable event store in one SQLite file. When {@link #commit} returns, the data is on disk
 * (write-ahead log, {@code synchronous=FULL}) and survives a crash of the process or the machine.
 *
 * <p>The directory contains {@code millrace.db}, the {@code -wal} file of SQLite while the store is open, {@code
 * millrace.mark} and {@code millrace.lock}. While the store is open, no other process can open it, also not the {@code sqlite3} tool; {@link
 * #backup} makes a copy. Only the owner of the files has access to them, if the file system has permissions.
 *
 * <p>If the store was not closed, the next {@link #open} checks the newest events, and refuses a damaged file. The same
 * happens with a copy of the files of an open store. This takes a second or less.
 *
 * <p>The file {@code millrace.mark} says up to which position events were on disk. It is written some seconds after
 * commits, and at the end. If the database has less when it is opened, it is refused; {@link #openAcceptingLoss} goes on.
 *
 * <p>Each event has a checksum, which every read checks. The first opening of a directory of an older version converts
 * it, which takes some seconds for a million events; see {@code docs/backup.md}.
 *
 * <p>Reads use their own read-only connections: they do not wait for a commit, and it does not wait for them. Commits
 * wait for each other. Thread-safe. A failure of the file or the disk is an {@link
 * UncheckedIOException} that names the file and what to do. After {@link #close}, calls throw {@link
 * IllegalStateException}.
 *
 * <p>The driver unpacks native code into {@code java.io.tmpdir} when the first store is opened. If that directory does
 * not allow execution, set another one with {@code -Dorg.sqlite.tmpdir=DIR}. From Java 24 on, {@code
 * --enable-native-access=ALL-UNNAMED} avoids a warning.
 *
 * @since 0.1
 */
public final class SqliteEventStore implements EventStore {
    static final String FILE = "millrace.db";

    private static final System.Logger LOG = System.getLogger(SqliteEventStore.class.getPackageName());

    private final DirectoryLock lock;
    private final WriteConnection writeConnection;
    private final ReadConnectionPool readConnectionPool;
    private final MarkWriter markWriter;
    private final DatabaseBackup databaseBackup;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SqliteEventStore(
            DirectoryLock lock,
            WriteConnection writeConnection,
            ReadConnectionPool readConnectionPool,
            MarkWriter markWriter,
            DatabaseBackup databaseBackup) {
        this.lock = lock;
        this.writeConnection = writeConnection;
        this.readConnectionPool = readConnectionPool;
        this.markWriter = markWriter;
        this.databaseBackup = databaseBackup;
        markWriter.write();
        writeConnection.onCommit(markWriter::committed);
    }

    /**
     * Opens the store in a directory; creates both if they do not exist.
     *
     * @throws IllegalStateException if another store has opened the directory, in this or another process, or if the
     *     file was written by a newer version or by another program
     * @throws UncheckedIOException if the directory or the file cannot be used, if the file is damaged, or if events are
     *     missing that were on disk once
     */
    public static SqliteEventStore open(Path directory) {
        return open(directory, false, WriteConnection.UNLIMITED, Timers.system());
    }

    /**
     * As {@link #open(Path)}, but goes on if events are missing, for example with an older backup. It says in the log
     * what is missing. A damaged file is refused nevertheless.
     */
    public static SqliteEventStore openAcceptingLoss(Path directory) {
        return open(directory, true, WriteConnection.UNLIMITED, Timers.system());
    }

    /** As the public methods, with a limited number of database pages, for tests of a full disk, and other timers. */
    static SqliteEventStore open(Path directory, boolean acceptLoss, long maxPages, Timers timers) {
        Path home = create(directory);
        DirectoryLock lock = DirectoryLock.take(home);
        Path file = home.resolve(FILE);
        try {
            OwnerOnlyFiles.tighten(home);
            MarkFile markFile = new MarkFile(home);
            Optional<Mark> mark = markFile.read();
            LossCheck lossCheck = new LossCheck(file, mark, acceptLoss);
            lossCheck.requireFile();
            OwnerOnlyFiles.create(file);
            ReadConnectionPool readConnectionPool = new ReadConnectionPool(file);
            return new SqliteEventStore(
                    lock,
                    WriteConnection.open(file, lossCheck, readConnectionPool, maxPages),
                    readConnectionPool,
                    new MarkWriter(markFile, mark, readConnectionPool, timers),
                    new DatabaseBackup(file, readConnectionPool));
        } catch (IOException e) {
            lock.close();
            throw new UncheckedIOException(
                    "cannot open the event store: " + file + "; the file cannot be created (" + e.getMessage()
                            + "); check the permissions of the directory and the free space",
                    e);
        } catch (SQLException e) {
            lock.close();
            if (SqlExceptionTranslator.isLocked(e)) {
                throw DirectoryLock.refused(home, "another process has " + FILE + " open; stop that process");
            }
            throw SqlExceptionTranslator.of("cannot open the event store", file, e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public Facts facts() {
        return new SqliteFacts(writeConnection, writeConnection.moment());
    }

    @Override
    public List<Placement> commit(Proposal proposal) {
        return writeConnection.commit(proposal);
    }

    @Override
    public List<LogEntry> entries(long afterPosition, int limit) {
        return readConnectionPool.read("cannot read the log", queries -> queries.entries(afterPosition, limit));
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return readConnectionPool.read("cannot read the head of " + stream, queries -> queries.head(stream));
    }

    @Override
    public List<EventRecord> read(StreamKey stream, RecordRange range) {
        return readConnectionPool.read("cannot read " + stream, queries -> queries.records(stream, range));
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return readConnectionPool.read(
                "cannot look up an idempotency key of " + stream, queries -> queries.record(stream, idempotencyKey));
    }

    @Override
    public List<StreamKey> streamsWith(Set<String> types) {
        return readConnectionPool.read("cannot find streams by event type", queries -> queries.streamsWith(types));
    }

    @Override
    public Optional<Cursor> cursor(StreamKey stream, String processor) {
        return readConnectionPool.read(
                "cannot read the cursor of " + processor + " on " + stream,
                queries -> queries.cursor(stream, processor));
    }

    @Override
    public List<StreamKey> streamsWithCursor(String processor) {
        return readConnectionPool.read(
                "cannot find the cursors of " + processor, queries -> queries.streamsWithCursor(processor));
    }

    @Override
    public long lastPosition() {
        return readConnectionPool.read("cannot read the last position", Queries::lastPosition);
    }

    @Override
    public SubtreePage readSubtree(
            StreamKey root, long afterPosition, long throughPosition, int limit, long mostBytes) {
        return readConnectionPool.read(
                "cannot read the subtree of " + root,
                queries -> queries.subtree(root, afterPosition, throughPosition, limit, mostBytes));
    }

    @Override
    public List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        return readConnectionPool.read("cannot list the streams of " + root, queries -> {
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
     * Writes a consistent copy of the database to a new file, while the store is used by other threads. It has all
     * events that were committed before the call. Appends do not wait; the write-ahead log grows until the copy is
     * made. The copy is checked, and is on disk when this method returns. To use it, put it as {@code millrace.db} into
     * an empty directory. One backup runs at a time; a second one waits.
     *
     * @param file the new file; its directory must exist
     * @throws UncheckedIOException if the file exists or cannot be written, or if the events are damaged
     * @throws IllegalStateException if the store is closed before the copy is complete
     */
    public BackupSummary backup(Path file) {
        return databaseBackup.write(file.toAbsolutePath());
    }

    /**
     * Checks the database of a directory that no store has open: its structure, the checksum of each event, the offsets
     * and the last event of each stream, and the mark. It changes nothing in the database. It reads all of it, which
     * takes some seconds for a million events.
     *
     * @param progress gets the number of events that are checked, and of all, after each part of them
     * @throws IllegalStateException if another store has opened the directory, in this or another process, or if the
     *     file was written by a newer version or by another program
     * @throws UncheckedIOException if there is no database, or if so much is damaged that it cannot be opened
     */
    public static VerifySummary verify(Path directory, BiConsumer<Long, Long> progress) {
        Path file = directory.resolve(FILE);
        try (DirectoryLock lock = DirectoryLock.take(directory.toRealPath())) {
            file = lock.directory().resolve(FILE);
            if (!Files.exists(file) || Files.size(file) == 0) {
                throw new NoSuchFileException(file.toString(), null, "it is missing or empty");
            }
            return DatabaseVerification.run(
                    file, new LossCheck(file, new MarkFile(lock.directory()).read(), false), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot verify: " + file + "; " + e + "; check that this is the data directory", e);
        } catch (SQLException e) {
            throw SqlExceptionTranslator.of("cannot verify", file, e);
        }
    }

    /** The real path of the directory. */
    public Path directory() {
        return lock.directory();
    }

    /**
     * Moves the write-ahead log into the database file, closes it and unlocks the directory. Running reads finish; a
     * backup fails. The second call does nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try (lock;
                    writeConnection;
                    readConnectionPool;
                    markWriter;
                    databaseBackup) {
                LOG.log(System.Logger.Level.DEBUG, "closing {0}", this);
            }
        }
    }

    @Override
    public String toString() {
        return "SqliteEventStore[" + lock + "]";
    }

    private static Path create(Path directory) {
        try {
            OwnerOnlyFiles.createDirectory(directory);
            return directory.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot open the event store: " + directory + "; the directory cannot be created (" + e.getMessage()
                            + "); check the path and its permissions",
                    e);
        }
    }
}
