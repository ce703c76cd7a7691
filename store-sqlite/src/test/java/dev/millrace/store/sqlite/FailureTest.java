package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class FailureTest {
    @TempDir
    private Path directory;

    @Test
    void should_lose_nothing_and_store_nothing_when_the_disk_is_full() {
        long stored = 0;
        try (SqliteEventStore store = SqliteEventStore.open(directory, false, 200, Timers.system())) {
            UncheckedIOException failure = null;
            while (failure == null) {
                try {
                    Records.append(store, 50_000);
                    stored++;
                } catch (UncheckedIOException e) {
                    failure = e;
                }
            }
            assertThat(failure)
                    .hasMessageContaining(directory.resolve("millrace.db").toString())
                    .hasMessageContaining("the disk is full")
                    .hasMessageContaining("free some space");
            assertThat(stored).isPositive();
            assertThat(Records.lastOffset(store)).isEqualTo(stored);
            assertThatThrownBy(() -> Records.append(store, 500_000)).isInstanceOf(UncheckedIOException.class);
            Records.append(store, 10);
            stored++;
        }
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Records.append(store, 500_000);
            assertThat(store.read(Records.STREAM, RecordRange.after(0, Integer.MAX_VALUE)))
                    .extracting(EventRecord::offset)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, stored + 1).boxed().toList());
        }
    }

    @Test
    void should_not_commit_what_a_failure_has_cut_in_two() {
        try (SqliteEventStore store = SqliteEventStore.open(directory, false, 200, Timers.system())) {
            ProposalDraft draft = new ProposalDraft(store);
            Records.append(draft, 10);
            Records.append(draft, 5_000_000);

            assertThatThrownBy(draft::commit)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot append to public:/stream");

            assertThat(Records.lastOffset(store)).isZero();
            Records.append(store, 10);
            assertThat(Records.lastOffset(store)).isEqualTo(1);
        }
    }

    @Test
    void should_not_report_a_stored_event_as_failed() {
        AtomicBoolean broken = new AtomicBoolean();
        Timers timers = new BrokenTimers(broken);
        try (SqliteEventStore store = SqliteEventStore.open(directory, false, WriteConnection.UNLIMITED, timers)) {
            broken.set(true);

            Records.append(store, 10);
            Records.append(store, 10);

            assertThat(Records.lastOffset(store)).isEqualTo(2);
        }
    }

    @Test
    void should_refuse_a_schema_of_the_future() throws Exception {
        SqliteEventStore.open(directory).close();
        change("PRAGMA user_version = 4");

        assertThatThrownBy(() -> SqliteEventStore.open(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(directory.resolve("millrace.db").toString())
                .hasMessageContaining("schema version 4")
                .hasMessageContaining("start the newer Millrace");
        change("PRAGMA user_version = " + DatabaseSchema.VERSION);
        SqliteEventStore.open(directory).close();
    }

    @Test
    void should_refuse_the_database_of_another_program() throws Exception {
        change("CREATE TABLE theirs (id INTEGER)");

        assertThatThrownBy(() -> SqliteEventStore.open(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the database of another program");
    }

    @Test
    void should_refuse_a_file_that_is_no_database() throws Exception {
        Files.writeString(directory.resolve("millrace.db"), "not a database, but long enough to be one ".repeat(40));

        assertThatThrownBy(() -> SqliteEventStore.open(directory))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the file is damaged or is not a SQLite database");
    }

    @ParameterizedTest
    @CsvSource({
        "SQLITE_BUSY, another program has locked the file",
        "SQLITE_BUSY_SNAPSHOT, another program has locked the file",
        "SQLITE_CANTOPEN, check the owner and the permissions",
        "SQLITE_IOERR_FSYNC, the disk failed to read or write",
        "SQLITE_IOERR_SHMSIZE, the disk is full",
        "SQLITE_IOERR_SHMMAP, the disk is full",
        "SQLITE_IOERR_WRITE, check the free space and the quota",
        "SQLITE_CORRUPT_INDEX, restore a backup",
        "SQLITE_NOMEM, SQLITE_NOMEM",
    })
    void should_say_what_to_do(SQLiteErrorCode code, String advice) {
        SQLException cause = new SQLiteException("raw", code);

        assertThat(SqlExceptionTranslator.of("cannot commit", directory, cause))
                .hasMessageStartingWith("cannot commit: " + directory + "; ")
                .hasMessageContaining(advice)
                .hasRootCause(cause);
    }

    /** Timers that can break: then no task can be scheduled. */
    private record BrokenTimers(AtomicBoolean broken) implements Timers {
        @Override
        public Instant now() {
            return Timers.system().now();
        }

        @Override
        public Duration elapsed() {
            return Timers.system().elapsed();
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            if (broken.get()) {
                throw new IllegalStateException("no timer");
            }
            return Timers.system().after(delay, task);
        }

        @Override
        public Timer at(Instant due, Runnable task) {
            return Timers.system().at(due, task);
        }
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("millrace.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
