package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BackupTest {
    private static final int BACKUPS = 10;

    @TempDir
    private Path parent;

    @Test
    void should_have_every_event_that_was_committed_before_it_began() throws Exception {
        AtomicLong committed = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        try (SqliteEventStore store = SqliteEventStore.open(parent.resolve("data"))) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                while (!enough.get()) {
                    Records.append(store, 300);
                    committed.set(Records.lastOffset(store));
                }
            });
            for (int i = 0; i < BACKUPS; i++) {
                Path home = Files.createDirectory(parent.resolve("backup-" + i));
                long before = committed.get();

                BackupSummary summary = store.backup(home.resolve("millrace.db"));

                assertThat(summary.events()).isGreaterThanOrEqualTo(before);
                assertThat(summary.streams()).isLessThanOrEqualTo(1);
                assertThat(home.toFile().list()).containsExactly("millrace.db");
                assertWhole(home, summary.events());
            }
            enough.set(true);
            writer.get(30, TimeUnit.SECONDS);
        }
    }

    private static void assertWhole(Path home, long events) throws Exception {
        try (Connection connection = ConnectionSetup.single(home.resolve("millrace.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
            assertThat(row.getString(1)).isEqualTo("ok");
        }
        try (SqliteEventStore copy = SqliteEventStore.open(home)) {
            List<EventRecord> records = copy.read(Records.STREAM, RecordRange.after(0, Integer.MAX_VALUE));
            assertThat(records)
                    .extracting(EventRecord::offset)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, events).boxed().toList());
            Records.append(copy, 10);
            assertThat(Records.lastOffset(copy)).isEqualTo(events + 1);
        }
    }

    @Test
    void should_refuse_a_file_that_exists_and_a_directory_that_does_not() throws Exception {
        Path file = Files.writeString(parent.resolve("millrace.db"), "mine");
        try (SqliteEventStore store = SqliteEventStore.open(parent.resolve("data"))) {
            assertThatThrownBy(() -> store.backup(file))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("backup failed: " + file);
            assertThatThrownBy(() -> store.backup(parent.resolve("none/millrace.db")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("check that the directory exists");
        }
        assertThat(file).hasContent("mine");
    }

    @Test
    void should_leave_no_file_when_the_events_are_damaged() throws Exception {
        Path target = parent.resolve("copy.db");
        try (SqliteEventStore store = SqliteEventStore.open(parent.resolve("data"))) {
            Records.append(store, 10);
            Records.append(store, 10);
            try (Connection connection =
                            ConnectionSetup.single(store.directory().resolve("millrace.db"));
                    Statement statement = connection.createStatement()) {
                statement.execute("DELETE FROM events WHERE offset = 1");
            }

            assertThatThrownBy(() -> store.backup(target))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("the file is damaged");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void should_say_how_many_events_are_damaged_and_keep_them_so() throws Exception {
        Path home = Files.createDirectory(parent.resolve("backup"));
        try (SqliteEventStore store = SqliteEventStore.open(parent.resolve("data"))) {
            Records.append(store, 10);
            Records.append(store, 10);
            DamagedRecordTest.change(store.directory(), "UPDATE events SET body = zeroblob(11) WHERE offset = 2");

            assertThat(store.backup(home.resolve("millrace.db")).damaged()).isEqualTo(1);
        }
        try (SqliteEventStore copy = SqliteEventStore.open(home)) {
            assertThat(copy.read(Records.STREAM, RecordRange.after(0, 9)))
                    .extracting(EventRecord::isDamaged)
                    .containsExactly(false, true);
        }
    }

    @Test
    void should_end_a_backup_when_the_store_is_closed() throws Exception {
        Path target = parent.resolve("copy.db");
        SqliteEventStore store = SqliteEventStore.open(parent.resolve("data"));
        ProposalDraft draft = new ProposalDraft(store);
        for (int i = 0; i < 40; i++) {
            Records.append(draft, 1_000_000);
        }
        draft.commit();
        CompletableFuture<BackupSummary> backup = CompletableFuture.supplyAsync(() -> store.backup(target));

        store.close();

        // The backup may have been ready before.
        assertThat(backup.handle((done, failure) -> failure == null
                                || String.valueOf(failure.getMessage()).contains("was closed"))
                        .get(30, TimeUnit.SECONDS))
                .isTrue();
        assertThat(parent.resolve("data").toFile().list())
                .containsExactlyInAnyOrder("millrace.db", "millrace.lock", "millrace.mark");
        assertThatThrownBy(() -> store.backup(parent.resolve("later.db")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the event store was closed");
    }
}
