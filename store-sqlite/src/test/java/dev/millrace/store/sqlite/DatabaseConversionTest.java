package dev.millrace.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.RecordRange;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database of schema version 1, which had the whole JSON of each event, and no checksums. */
@Timeout(120)
class DatabaseConversionTest {
    private static final int EVENTS = 3 * DatabaseConversion.BATCH + 7;
    private static final int OTHER_FORM = 4;
    private static final int NO_EVENT = 6;

    /** The tables as version 1 created them. */
    private static final List<String> OLD_TABLES = List.of(
            """
            CREATE TABLE streams (
                id INTEGER PRIMARY KEY,
                project TEXT NOT NULL,
                path TEXT NOT NULL,
                incarnation TEXT NOT NULL,
                last_offset INTEGER NOT NULL,
                last_created_at INTEGER NOT NULL,
                paused INTEGER NOT NULL,
                UNIQUE (project, path)
            ) STRICT""",
            """
            CREATE TABLE events (
                position INTEGER PRIMARY KEY,
                stream_id INTEGER NOT NULL,
                offset INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                type TEXT NOT NULL,
                key TEXT,
                json BLOB NOT NULL
            ) STRICT""",
            "CREATE UNIQUE INDEX events_by_offset ON events (stream_id, offset)",
            "CREATE UNIQUE INDEX events_by_key ON events (stream_id, key) WHERE key IS NOT NULL",
            """
            CREATE TABLE stream_types (
                type TEXT NOT NULL,
                stream_id INTEGER NOT NULL,
                PRIMARY KEY (type, stream_id)
            ) STRICT, WITHOUT ROWID""",
            """
            CREATE TABLE cursors (
                processor TEXT NOT NULL,
                stream_id INTEGER NOT NULL,
                incarnation TEXT NOT NULL,
                acknowledged_through INTEGER NOT NULL,
                PRIMARY KEY (processor, stream_id)
            ) STRICT, WITHOUT ROWID""",
            "CREATE INDEX cursors_by_stream ON cursors (stream_id)",
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID");

    @TempDir
    private Path directory;

    @BeforeEach
    void writeOldVersion() throws SQLException {
        try (Connection connection = ConnectionSetup.single(directory.resolve("millrace.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            connection.setAutoCommit(false);
            for (String table : OLD_TABLES) {
                statement.execute(table);
            }
            statement.execute("INSERT INTO streams VALUES (1, '" + Records.STREAM.project() + "', '"
                    + Records.STREAM.path() + "', 'life', " + EVENTS + ", " + EVENTS + ", 0)");
            statement.execute("INSERT INTO stream_types VALUES ('said', 1)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO events VALUES (?, 1, ?, ?, 'said', ?, ?)")) {
                for (int i = 1; i <= EVENTS; i++) {
                    insert.setLong(1, i);
                    insert.setLong(2, i);
                    insert.setLong(3, i);
                    insert.setString(4, i % 2 == 0 ? "key-" + i + "-\u00e4\ud83d\ude00" : null);
                    insert.setBytes(5, json(i).getBytes(UTF_8));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            statement.execute("PRAGMA user_version = 1");
            connection.commit();
        }
    }

    /** The JSON as version 1 wrote it; one is that of another program, and one is no event. */
    private static String json(int number) {
        if (number == NO_EVENT) {
            return "not JSON";
        }
        String separator = number == OTHER_FORM ? " : " : ":";
        return "{\"streamPath\"" + separator + "\"" + Records.STREAM.path() + "\",\"type\":\"said\",\"payload\":{\"n\":"
                + number + ".50},\"offset\":" + number + ",\"createdAt\":\""
                + JsonCodec.time(Instant.ofEpochMilli(number)) + "\"}";
    }

    private long number(String query) throws SQLException {
        try (Connection connection = ConnectionSetup.single(directory.resolve("millrace.db"))) {
            return DatabaseCheck.number(connection, query);
        }
    }

    private void assertConverted() throws SQLException {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            List<EventRecord> records = store.read(Records.STREAM, RecordRange.after(0, Integer.MAX_VALUE));
            assertThat(records).hasSize(EVENTS).noneMatch(EventRecord::isDamaged);
            for (int number : new int[] {1, 2, 3, OTHER_FORM, 5, 7, 10_500, 10_501, EVENTS}) {
                assertThat(new String(records.get(number - 1).json(), UTF_8))
                        .isEqualTo(json(number).replace(" : ", ":"));
            }
            assertThat(JsonCodec.readEvent(records.get(NO_EVENT - 1).json())
                            .payloadJson()
                            .textValue())
                    .isEqualTo("not JSON");
            assertThat(store.find(Records.STREAM, "key-2-\u00e4\ud83d\ude00")).isPresent();
            Records.append(store, 10);
            assertThat(Records.lastOffset(store)).isEqualTo(EVENTS + 1);
        }
        assertThat(number("PRAGMA user_version")).isEqualTo(DatabaseSchema.VERSION);
        assertThat(number("SELECT count(*) FROM events WHERE checksum IS NULL")).isZero();
        assertThat(number("SELECT count(*) FROM meta WHERE name = 'open'")).isZero();
    }

    @Test
    void should_be_verified_without_checksums_before() {
        assertThat(SqliteEventStore.verify(directory, (done, all) -> {}))
                .isEqualTo(new VerifySummary(1, EVENTS, false, 0, List.of(), List.of()));
    }

    @Test
    void should_be_converted_when_it_is_opened() throws SQLException {
        assertConverted();
        assertThat(SqliteEventStore.verify(directory, (done, all) -> {}).isSound())
                .isTrue();

        DamagedRecordTest.change(directory, "UPDATE events SET body = zeroblob(7) WHERE offset = 5");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(store.read(Records.STREAM, RecordRange.after(4, 2)))
                    .extracting(EventRecord::isDamaged)
                    .containsExactly(true, false);
        }
    }

    @Test
    void should_be_converted_to_its_end_after_the_process_was_killed() throws Exception {
        for (long written : new long[] {4_096, 200_000, 600_000}) {
            try (Child child = Child.run(ChildThatHolds.class, directory.toString())) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> WriteAheadLog.size(directory.resolve("millrace.db")) >= written);
                child.kill();
            }
        }

        assertConverted();
    }

    @Test
    void should_continue_a_conversion_that_did_not_end() throws SQLException {
        DamagedRecordTest.change(
                directory,
                "ALTER TABLE events ADD COLUMN checksum INTEGER",
                "ALTER TABLE events RENAME COLUMN json TO body",
                "INSERT INTO meta (name, value) VALUES ('open', 1)",
                "INSERT INTO meta (name, value) VALUES ('id', 77)");
        try (Connection connection = ConnectionSetup.single(directory.resolve("millrace.db"));
                PreparedStatement convert = DatabaseConversion.prepare(connection)) {
            convert.setLong(1, 0);
            convert.setLong(2, 10_500);
            convert.execute();
        }

        assertConverted();
        assertThat(number("SELECT value FROM meta WHERE name = 'id'")).isEqualTo(77);
    }

    @Test
    void should_not_be_converted_if_events_are_missing() throws SQLException {
        DamagedRecordTest.change(
                directory, "INSERT INTO meta (name, value) VALUES ('open', 1)", "DELETE FROM events WHERE offset = 3");

        assertThatThrownBy(() -> SqliteEventStore.open(directory))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the file is damaged: events are missing");
        assertThat(number("PRAGMA user_version")).isEqualTo(1);
    }

    @Test
    void should_get_a_table_for_removals_if_it_is_of_version_2() throws SQLException {
        assertConverted();
        DamagedRecordTest.change(directory, "DROP TABLE removals", "PRAGMA user_version = 2");

        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(Records.lastOffset(store)).isEqualTo(EVENTS + 1);
            new ProposalDraft(store).remove(Records.STREAM).commit();
            assertThat(store.entries(0, 10)).containsExactly(new LogEntry.Removed(EVENTS + 2, Records.STREAM));
        }
        assertThat(SqliteEventStore.verify(directory, (done, all) -> {}).faults())
                .isEmpty();
    }
}
