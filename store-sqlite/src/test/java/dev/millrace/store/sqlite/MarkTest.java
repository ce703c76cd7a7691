package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.AcceleratedTimers;
import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.runner.VirtualTimers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that has less than its mark says is not opened, unless the loss is accepted. */
@Timeout(120)
class MarkTest {
    private static final String DATABASE = "millrace.db";

    @TempDir
    private Path parent;

    private Path directory;
    private Path older;

    MarkTest() {
        this.directory = Path.of("");
        this.older = directory;
    }

    /** The directory has ten events; the older copy has four of them. */
    @BeforeEach
    void fill() throws IOException {
        directory = parent.resolve("data");
        older = parent.resolve("older.db");
        fill(directory, 4);
        Files.copy(directory.resolve(DATABASE), older);
        fill(directory, 6);
    }

    private static void fill(Path directory, int events) {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            for (int i = 0; i < events; i++) {
                Records.append(store, 100);
            }
        }
    }

    private void replaceBy(Path copy) throws IOException {
        Files.copy(copy, directory.resolve(DATABASE), StandardCopyOption.REPLACE_EXISTING);
    }

    private void assertRefused(String why) {
        assertThatThrownBy(() -> SqliteEventStore.open(directory))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot open the event store: " + directory.resolve(DATABASE) + "; ")
                .hasMessageContaining(why)
                .hasMessageContaining("millrace serve --accept-loss");
    }

    /** Opens with the remaining events, once with acceptance and then without. */
    private void assertAccepted(long events) {
        try (SqliteEventStore store = SqliteEventStore.openAcceptingLoss(directory)) {
            assertThat(Records.lastOffset(store)).isEqualTo(events);
            Records.append(store, 10);
        }
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(Records.lastOffset(store)).isEqualTo(events + 1);
        }
    }

    private Optional<Mark> mark() throws IOException {
        return new MarkFile(directory).read();
    }

    @Test
    void should_refuse_an_older_copy() throws IOException {
        replaceBy(older);

        assertRefused("it is older than its mark: 6 events are missing, those at the positions 5 to 10");
        assertRefused("6 events are missing");
        assertAccepted(4);
    }

    @Test
    void should_refuse_an_older_copy_that_was_written_since() throws IOException {
        Path elsewhere = Files.createDirectory(parent.resolve("elsewhere"));
        Files.copy(older, elsewhere.resolve(DATABASE));
        try (SqliteEventStore store = SqliteEventStore.open(elsewhere)) {
            for (int i = 0; i < 20; i++) {
                Records.append(store, 77);
            }
        }
        replaceBy(elsewhere.resolve(DATABASE));

        assertRefused("it has another event at position 10 than its mark");
        assertAccepted(24);
    }

    @Test
    void should_refuse_a_missing_and_an_empty_file() throws IOException {
        Files.delete(directory.resolve(DATABASE));
        assertRefused("the file is missing: 10 events are missing, those at the positions 1 to 10");
        assertThat(directory.resolve(DATABASE)).doesNotExist();

        Files.createFile(directory.resolve(DATABASE));
        assertRefused("the file is empty: 10 events are missing");
        assertAccepted(0);
    }

    @Test
    void should_refuse_another_database() throws IOException {
        Path other = parent.resolve("other");
        fill(other, 20);
        replaceBy(other.resolve(DATABASE));

        assertRefused("it is another database than the one that was here, which had events up to position 10");
        assertAccepted(20);
    }

    @Test
    void should_refuse_a_database_whose_events_were_deleted() {
        DamagedRecordTest.change(directory, "DELETE FROM events", "DELETE FROM streams");

        assertRefused("10 events are missing");
        assertAccepted(0);
    }

    @Test
    void should_refuse_a_database_that_lost_its_log_in_a_crash() throws Exception {
        Path copy = Files.createDirectory(parent.resolve("crashed"));
        try (SqliteEventStore store =
                SqliteEventStore.open(directory, false, WriteConnection.UNLIMITED, new AcceleratedTimers())) {
            Records.append(store, 10);
            DamagedRecordTest.change(directory, "PRAGMA wal_checkpoint(TRUNCATE)"); // the file alone looks newer
            Records.append(store, 10);
            Awaitility.await().until(() -> mark().orElseThrow().lastPosition() == 12);
            for (String name : new String[] {DATABASE, MarkFile.NAME}) {
                Files.copy(directory.resolve(name), copy.resolve(name));
            }
        }
        directory = copy;

        assertRefused("1 event is missing, the one at position 12");
        assertAccepted(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "database 1 position 99 newest 99 checksum 1 sum 1\n"})
    void should_go_on_without_a_mark_and_with_a_damaged_one(String text) throws IOException {
        replaceBy(older);
        if (text.isEmpty()) {
            Files.delete(directory.resolve(MarkFile.NAME));
        } else {
            Files.writeString(directory.resolve(MarkFile.NAME), text);
        }

        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(Records.lastOffset(store)).isEqualTo(4);
            assertThat(mark().orElseThrow().lastPosition()).isEqualTo(4);
        }
    }

    @Test
    void should_know_a_mark_in_which_a_character_has_changed() {
        String text = new Mark(-7, 10, 9, -1).text();
        assertThat(Mark.parse(text)).contains(new Mark(-7, 10, 9, -1));
        for (int i = 0; i < text.length() - 1; i++) {
            String other = text.substring(0, i) + (text.charAt(i) == '1' ? '2' : '1') + text.substring(i + 1);
            assertThat(Mark.parse(other)).as(other).isEmpty();
        }
    }

    @Test
    void should_open_a_database_from_which_events_were_removed_after_the_mark() throws IOException {
        byte[] mark = Files.readAllBytes(directory.resolve(MarkFile.NAME));
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            new ProposalDraft(store).remove(Records.STREAM).commit();
        }
        Files.write(directory.resolve(MarkFile.NAME), mark); // as after a crash at once

        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(store.lastPosition()).isEqualTo(10);
        }
    }

    @Test
    void should_be_written_some_seconds_after_a_commit_and_at_the_end() throws IOException {
        VirtualTimers timers = new VirtualTimers(Instant.EPOCH);
        try (SqliteEventStore store = SqliteEventStore.open(directory, false, WriteConnection.UNLIMITED, timers)) {
            Records.append(store, 10);
            timers.advance(MarkWriter.DELAY.minusMillis(1));
            Records.append(store, 10);
            assertThat(mark().orElseThrow().lastPosition()).isEqualTo(10);

            timers.advance(MarkWriter.DELAY);
            Awaitility.await().until(() -> mark().orElseThrow().lastPosition() == 12);
            Records.append(store, 10);
            timers.advance(MarkWriter.DELAY);
            Awaitility.await().until(() -> mark().orElseThrow().lastPosition() == 13);
            Records.append(store, 10);
        }
        assertThat(mark().orElseThrow().lastPosition()).isEqualTo(14);
        assertThat(directory.resolve("millrace.mark.new")).doesNotExist();
    }

    @Test
    void should_not_stop_appends_if_the_mark_cannot_be_written() throws IOException {
        Files.createDirectories(directory.resolve("millrace.mark.new/full"));

        fill(directory, 3);

        assertThat(mark().orElseThrow().lastPosition()).isEqualTo(10);
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(Records.lastOffset(store)).isEqualTo(13);
        }
    }

    @Test
    void should_not_be_in_a_backup() throws IOException {
        Path backup = Files.createDirectory(parent.resolve("backup"));
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            store.backup(backup.resolve(DATABASE));
            Records.append(store, 10);
        }
        directory = backup;

        try (SqliteEventStore store = SqliteEventStore.open(backup)) {
            assertThat(Records.lastOffset(store)).isEqualTo(10);
        }
        assertThat(mark().orElseThrow().lastPosition()).isEqualTo(10);
    }
}
