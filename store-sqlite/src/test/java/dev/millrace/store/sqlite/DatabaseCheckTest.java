package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.store.ProposalDraft;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of the files of an open store, as they are or damaged. A start with such a copy is one after a crash. */
class DatabaseCheckTest {
    private static final int EVENTS = 30;

    @TempDir
    private Path parent;

    @Test
    void should_open_a_copy_that_is_whole() throws Exception {
        Path copy = copyOfOpenStore();

        try (SqliteEventStore store = SqliteEventStore.open(copy)) {
            assertThat(Records.lastOffset(store)).isEqualTo(EVENTS);
            Records.append(store, 10);
        }
        SqliteEventStore.open(copy).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM events WHERE offset = 30",
                "DELETE FROM events WHERE offset = 7",
                "DELETE FROM events",
                "DELETE FROM streams",
                "UPDATE streams SET last_offset = 31",
            })
    void should_refuse_a_copy_in_which_an_event_is_lost(String damage) throws Exception {
        Path copy = copyOfOpenStore();
        change(copy, damage);

        assertRefused(copy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"events_by_offset", "events_by_key"})
    void should_refuse_a_copy_in_which_an_index_is_older_than_its_table(String index) throws Exception {
        Path lacking = copyOfOpenStore();
        changeWithout(lacking, index, insertAnother());
        change(lacking, "UPDATE streams SET last_offset = 31");
        assertRefused(lacking);

        Path dangling = copyOfOpenStore();
        changeWithout(dangling, index, "DELETE FROM events WHERE offset = 30");
        change(dangling, "UPDATE streams SET last_offset = 29");
        assertRefused(dangling);
    }

    @Test
    void should_find_the_same_without_a_check_of_the_whole_file() throws Exception {
        for (String index : new String[] {"events_by_offset", "events_by_key"}) {
            Path copy = copyOfOpenStore();
            try (Connection connection = ConnectionSetup.single(copy.resolve("millrace.db"))) {
                assertThatCode(() -> DatabaseCheck.newest(connection, copy, "x"))
                        .doesNotThrowAnyException();
            }
            changeWithout(copy, index, insertAnother());
            try (Connection connection = ConnectionSetup.single(copy.resolve("millrace.db"))) {
                assertThatThrownBy(() -> DatabaseCheck.newest(connection, copy, "x"))
                        .hasMessageContaining("the event at position 31 is missing in the index of ");
            }
        }
    }

    @Test
    void should_refuse_a_copy_whose_log_is_newer_than_its_database() throws Exception {
        Path copy = Files.createTempDirectory(parent, "copy");
        Path directory = Files.createTempDirectory(parent, "data");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, EVENTS);
        }
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Files.copy(directory.resolve("millrace.db"), copy.resolve("millrace.db"));
            fill(store, 4_000);
            checkpoint(directory);
            fill(store, 40);
            Files.copy(directory.resolve("millrace.db-wal"), copy.resolve("millrace.db-wal"));
        }

        assertRefused(copy);
    }

    @Test
    void should_refuse_a_copy_with_a_page_of_something_else() throws Exception {
        Path copy = copyOfOpenStore();
        change(copy, "PRAGMA wal_checkpoint(TRUNCATE)");
        try (RandomAccessFile file =
                new RandomAccessFile(copy.resolve("millrace.db").toFile(), "rw")) {
            file.seek(4096 * 4L);
            file.write(new byte[4096]);
        }

        assertRefused(copy);
    }

    @Test
    void should_know_a_copy_without_the_log() throws Exception {
        Path directory = Files.createTempDirectory(parent, "data");
        Path copy = Files.createTempDirectory(parent, "copy");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, EVENTS);
            checkpoint(directory);
            Files.copy(directory.resolve("millrace.db"), copy.resolve("millrace.db"));
        }
        change(copy, "DELETE FROM events WHERE offset = 30");

        assertRefused(copy);
    }

    @Test
    void should_refuse_a_copy_of_the_database_alone() throws Exception {
        Path directory = Files.createTempDirectory(parent, "data");
        Path young = Files.createTempDirectory(parent, "young");
        Path old = Files.createTempDirectory(parent, "old");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, EVENTS);
            Files.copy(directory.resolve("millrace.db"), young.resolve("millrace.db"));
        }
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, 1);
            Files.copy(directory.resolve("millrace.db"), old.resolve("millrace.db"));
        }

        assertIncomplete(young, 0);
        assertIncomplete(old, EVENTS);
        change(old, "DELETE FROM meta WHERE name = 'open'");
        SqliteEventStore.open(old).close();
    }

    @Test
    void should_open_the_backup_of_an_older_version() throws Exception {
        Path directory = Files.createTempDirectory(parent, "data");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, EVENTS);
        }
        change(directory, "INSERT INTO meta (name, value) VALUES ('open', 1)");

        SqliteEventStore.open(directory).close();
    }

    @Test
    void should_open_a_file_into_which_another_program_has_moved_the_log() throws Exception {
        Path copy = copyOfOpenStore();
        change(copy, "PRAGMA integrity_check");
        assertThat(copy.resolve("millrace.db-wal")).doesNotExist();

        try (SqliteEventStore store = SqliteEventStore.open(copy)) {
            assertThat(Records.lastOffset(store)).isEqualTo(EVENTS);
        }
    }

    private static void assertIncomplete(Path copy, int events) {
        assertThatThrownBy(() -> SqliteEventStore.open(copy))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("its write-ahead log millrace.db-wal is missing")
                .hasMessageContaining("it has " + events + " events, and the newest are lost; use 'millrace backup'");
    }

    @Test
    void should_not_check_a_store_that_was_closed() throws Exception {
        Path directory = Files.createTempDirectory(parent, "data");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, EVENTS);
        }
        change(directory, "DELETE FROM events WHERE offset = 7");

        SqliteEventStore.open(directory).close();
    }

    private Path copyOfOpenStore() throws IOException {
        Path directory = Files.createTempDirectory(parent, "data");
        Path copy = Files.createTempDirectory(parent, "copy");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            fill(store, EVENTS);
            for (String name : new String[] {"millrace.db", "millrace.db-wal"}) {
                Files.copy(directory.resolve(name), copy.resolve(name));
            }
        }
        return copy;
    }

    private static void fill(SqliteEventStore store, int events) {
        ProposalDraft draft = new ProposalDraft(store);
        for (int i = 0; i < events; i++) {
            Records.append(draft, 100);
        }
        draft.commit();
    }

    /** As another connection of the same process, because no other process has access. */
    private static void checkpoint(Path directory) throws SQLException {
        change(directory, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static String insertAnother() {
        return "INSERT INTO events SELECT 31, stream_id, 31, created_at, type, 'key-31', body, checksum FROM events"
                + " WHERE offset = 30";
    }

    private static void change(Path directory, String... statements) throws SQLException {
        try (Connection connection = ConnectionSetup.single(directory.resolve("millrace.db"));
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Runs a statement as if an index did not exist, so the index does not get the change. */
    private static void changeWithout(Path directory, String index, String sql) throws SQLException {
        change(
                directory,
                "CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '" + index + "'",
                "PRAGMA writable_schema = ON",
                "DELETE FROM sqlite_schema WHERE name = '" + index + "'");
        change(directory, sql);
        change(
                directory,
                "PRAGMA writable_schema = ON",
                "INSERT INTO sqlite_schema SELECT * FROM kept",
                "DROP TABLE kept");
    }

    private static void assertRefused(Path copy) {
        assertThatThrownBy(() -> SqliteEventStore.open(copy))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(
                        "cannot open the event store: " + copy.resolve("millrace.db") + "; the file is damaged")
                .hasMessageContaining("restore a backup; docs/backup.md says how");
    }
}
