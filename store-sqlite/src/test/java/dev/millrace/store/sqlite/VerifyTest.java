package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.StreamKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyTest {
    private static final StreamKey OTHER = new StreamKey(ProjectSlug.defaultProject(), StreamPath.of("/other"));
    private static final StreamKey REMOVED = new StreamKey(ProjectSlug.defaultProject(), StreamPath.of("/removed"));

    @TempDir
    private Path parent;

    private Path directory = Path.of("");

    /** Ten events of one stream, three of another, and four that were removed. */
    @BeforeEach
    void fill() {
        directory = parent.resolve("data");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            for (int i = 0; i < 10; i++) {
                Records.append(store, 100);
            }
            append(store, OTHER, 3);
            append(store, REMOVED, 4);
            new ProposalDraft(store).remove(REMOVED).commit();
            Records.append(store, 100);
        }
    }

    private static void append(SqliteEventStore store, StreamKey stream, int events) {
        ProposalDraft draft = new ProposalDraft(store);
        for (long offset = 1; offset <= events; offset++) {
            draft.append(stream, Instant.ofEpochMilli(offset), "done", Optional.empty(), new byte[] {'{', '}'});
        }
        draft.commit();
    }

    private VerifySummary verify() {
        return SqliteEventStore.verify(directory, (done, all) -> {});
    }

    private void change(String... statements) {
        DamagedRecordTest.change(directory, statements);
    }

    @Test
    void should_find_nothing_in_a_sound_directory() {
        List<String> progress = new ArrayList<>();

        VerifySummary summary = SqliteEventStore.verify(directory, (done, all) -> progress.add(done + " of " + all));

        assertThat(summary).isEqualTo(new VerifySummary(2, 14, true, 0, List.of(), List.of()));
        assertThat(summary.isSound()).isTrue();
        assertThat(progress).containsExactly("18 of 18");
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("millrace.db", "millrace.mark", "millrace.lock");
    }

    @Test
    void should_name_each_damaged_event() {
        change(
                "UPDATE events SET body = zeroblob(99) WHERE offset = 3",
                "UPDATE events SET type = 'gone' WHERE offset = 10");

        VerifySummary summary = verify();

        assertThat(summary.damagedEvents()).isEqualTo(3);
        assertThat(summary.damaged())
                .containsExactly(
                        new VerifySummary.Damaged(Records.STREAM, 3, 3, "said"),
                        new VerifySummary.Damaged(Records.STREAM, 10, 10, "gone"),
                        new VerifySummary.Damaged(OTHER, 3, 13, "done"));
        assertThat(summary.faults()).isEmpty();
        assertThat(summary.isSound()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE FROM events WHERE offset = 5 | /stream: its last offset is 11; no event follows @4",
                "DELETE FROM events WHERE offset = 1 AND stream_id = 1 | its first event is @2",
                "DELETE FROM events WHERE offset = 11 | its last event is @10",
                "DELETE FROM events WHERE stream_id = 2 | /other: its last offset is 3; it has no events",
                "UPDATE streams SET last_offset = 12 WHERE id = 1 | its last offset is 12; its last event is @11",
                "UPDATE streams SET last_created_at = 5 WHERE id = 1 | its time is not that of its last event, @11",
                "DELETE FROM streams WHERE id = 2 | 3 events belong to no stream, the first one is at position 11",
                "UPDATE meta SET value = 5 WHERE name = 'unused' | the file has 14 events; up to position 18",
            })
    void should_say_what_else_is_wrong(String change, String fault) {
        change(change);

        assertThat(verify().faults()).anyMatch(found -> found.contains(fault));
        assertThat(verify().isSound()).isFalse();
    }

    @Test
    void should_know_that_a_whole_stream_is_missing() {
        change("DELETE FROM events WHERE stream_id = 2", "DELETE FROM streams WHERE id = 2");

        assertThat(verify().faults()).containsExactly("the file has 11 events; up to position 18 it should have 14");

        SqliteEventStore.openAcceptingLoss(directory).close();

        assertThat(verify().isSound()).as("what is there counts as all").isTrue();
    }

    @Test
    void should_compare_the_database_with_its_mark() throws IOException {
        Path older = parent.resolve("older.db");
        Files.copy(directory.resolve("millrace.db"), older);
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Records.append(store, 10);
        }
        Files.copy(older, directory.resolve("millrace.db"), StandardCopyOption.REPLACE_EXISTING);

        assertThat(verify().faults())
                .containsExactly("it is older than its mark: 1 event is missing, the one at position 19");
    }

    @Test
    void should_read_the_log_of_a_process_that_was_killed_and_change_nothing() throws IOException {
        Path copy = Files.createDirectory(parent.resolve("copy"));
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Records.append(store, 10);
            Records.append(store, 10);
            for (String name : new String[] {"millrace.db", "millrace.db-wal", "millrace.mark"}) {
                Files.copy(directory.resolve(name), copy.resolve(name));
            }
        }
        byte[] database = Files.readAllBytes(copy.resolve("millrace.db"));
        byte[] log = Files.readAllBytes(copy.resolve("millrace.db-wal"));
        directory = copy;

        VerifySummary summary = verify();

        assertThat(summary.isSound()).as(summary.toString()).isTrue();
        assertThat(summary.events()).isEqualTo(16);
        assertThat(copy.resolve("millrace.db")).hasBinaryContent(database);
        assertThat(copy.resolve("millrace.db-wal")).hasBinaryContent(log);
        assertThat(copy.toFile().list())
                .containsExactlyInAnyOrder("millrace.db", "millrace.db-wal", "millrace.mark", "millrace.lock");

        Files.delete(copy.resolve("millrace.db-wal"));
        assertThat(verify().faults())
                .contains("the file was not closed, and its write-ahead log is missing, so the newest events are lost");
    }

    @Test
    void should_go_on_after_a_damaged_page() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("millrace.db").toFile(), "rw")) {
            for (int page = 4; page < file.length() / 4096; page++) {
                file.seek(page * 4096L);
                file.write(new byte[100]);
            }
        }

        VerifySummary summary = verify();

        assertThat(summary.isSound()).isFalse();
        assertThat(summary.faults()).isNotEmpty();
    }

    @Test
    void should_refuse_what_it_cannot_check() throws IOException {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThatThrownBy(this::verify)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(store.directory() + "; this process has it open already");
        }
        Files.writeString(directory.resolve("millrace.db"), "this is no database, but a text that is long enough");
        assertThatThrownBy(this::verify)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the file is damaged or is not a SQLite database");
        Files.delete(directory.resolve("millrace.db"));
        assertThatThrownBy(this::verify)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot verify: " + directory.resolve("millrace.db"));
    }

    @Test
    void should_say_that_a_directory_of_an_older_version_has_no_checksums() {
        change("PRAGMA user_version = 1");
        assertThat(verify().faults())
                .containsExactly(
                        "it is a copy of before its conversion, and its mark is newer: events up to position 18"
                                + " were here");
        assertThat(verify().hasChecksums()).isFalse();
    }
}
