package dev.millrace.store.sqlite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.SubtreeSink;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore.Standing;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of an event change in the file: its readers are told, and its neighbors are read. */
class DamagedRecordTest {
    private static final StreamPath PATH = StreamPath.of("/orders");

    @TempDir
    private Path directory;

    static void change(Path directory, String... statements) {
        try (Connection connection = ConnectionSetup.single(directory.resolve("millrace.db"));
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Changes the bytes of one text in the closed file, wherever it is. */
    private void flip(String text, String other) throws IOException {
        Path file = directory.resolve("millrace.db");
        String content = Files.readString(file, ISO_8859_1);
        assertThat(content).contains(text);
        Files.writeString(file, content.replace(text, other), ISO_8859_1);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private void fill() {
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(directory)).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            for (int amount : new int[] {7001, 7002, 7003}) {
                get(streams.append(PATH, order(amount)));
            }
        }
    }

    private static EventInput order(int amount) {
        return EventInput.builder()
                .type("ordered-" + amount)
                .payload(JsonCodec.parse("{\"amount\":" + amount + "}"))
                .idempotencyKey("key-" + amount)
                .build();
    }

    private List<EventRecord> records() {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            return store.read(
                    new StreamKey(ProjectSlug.defaultProject(), PATH), RecordRange.after(1, Integer.MAX_VALUE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "body = CAST(replace(CAST(body AS TEXT), '7002', '7802') AS BLOB)",
                "body = CAST(substr(body, 1, length(body) - 1) AS BLOB)",
                "body = zeroblob(0)",
                "type = 'ordered-7802'",
                "key = 'key-7802'",
                "key = NULL",
                "created_at = created_at + 1",
                "created_at = -created_at",
                "checksum = checksum + 1",
                "checksum = NULL",
            })
    void should_know_when_a_column_has_changed(String change) {
        fill();
        change(directory, "UPDATE events SET " + change + " WHERE offset = 3");

        assertThat(records()).extracting(EventRecord::isDamaged).containsExactly(false, true, false);
        assertThat(records().get(1).body()).isEmpty();
    }

    @Test
    void should_know_when_an_event_is_at_another_place() {
        fill();
        change(
                directory,
                "UPDATE events SET offset = 99 WHERE offset = 3",
                "UPDATE events SET offset = 3 WHERE offset = 4",
                "UPDATE events SET offset = 4 WHERE offset = 99");

        assertThat(records()).extracting(EventRecord::isDamaged).containsExactly(false, true, true);
    }

    @Test
    void should_serve_everything_but_a_damaged_event() throws Exception {
        fill();
        flip("\"amount\":7002", "\"amount\":7802");
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(directory)).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());

            List<Event> read = get(streams.read(PATH, ReadRange.all()));
            check(read);
            List<Event> followed = new CopyOnWriteArrayList<>();
            Subscription subscription = streams.subscribe(PATH, 0, followed::add);
            Awaitility.await().until(() -> followed.size() == 4);
            subscription.close();
            check(followed);

            get(streams.fork(PATH, 4, StreamPath.of("/copy")));
            check(get(streams.read(StreamPath.of("/copy"), ReadRange.all())));
            assertThat(get(streams.state(PATH)).eventCount()).isEqualTo(4);

            AppendResult again = get(streams.append(PATH, order(7002)));
            assertThat(again.replayed()).isTrue();
            assertThat(again.diverged()).as("the event cannot be compared").isTrue();
            assertThat(again.event()).isEqualTo(read.get(2));
        }
    }

    private static void check(List<Event> events) {
        assertThat(events).extracting(Event::offset).containsExactly(1L, 2L, 3L, 4L);
        Event damaged = events.get(2);
        assertThat(damaged.type()).isEqualTo("ordered-7002");
        assertThat(damaged.idempotencyKey()).contains("key-7002");
        assertThat(damaged.payloadJson().textValue()).startsWith("this event is damaged: its stored bytes are not");
        assertThat(EventCatalog.empty().decode(damaged.type(), damaged.payloadJson()))
                .isInstanceOfSatisfying(
                        MalformedPayload.class,
                        malformed ->
                                assertThat(malformed.error()).startsWith("this event is damaged: its stored bytes"));
        assertThat(events.get(1).payloadJson()).isEqualTo(JsonCodec.parse("{\"amount\":7001}"));
        assertThat(events.get(3).payloadJson()).isEqualTo(JsonCodec.parse("{\"amount\":7003}"));
    }

    @Test
    void should_give_a_damaged_event_to_the_followers_of_a_subtree() {
        fill();
        change(directory, "UPDATE events SET type = 'ordered-7802' WHERE offset = 3");
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(directory)).start()) {
            List<EventRecord> seen = new CopyOnWriteArrayList<>();
            Subscription subscription =
                    engine.tailSubtree(ProjectSlug.defaultProject(), StreamPath.root(), 0, false, new Recording(seen));
            Awaitility.await()
                    .until(() -> seen.stream()
                            .anyMatch(record -> new String(record.json(), UTF_8).contains("\"amount\":7003")));
            subscription.close();

            assertThat(seen)
                    .filteredOn(record -> record.type().equals("ordered-7802"))
                    .singleElement()
                    .satisfies(record -> assertThat(new String(record.json(), UTF_8))
                            .startsWith("{\"streamPath\":\"/orders\",\"type\":\"ordered-7802\"")
                            .contains("this event is damaged", "\"offset\":3"));
        }
    }

    /** A sink that keeps all records. */
    private record Recording(List<EventRecord> seen) implements SubtreeSink {
        @Override
        public void onConnected(ConnectionInfo connected) {}

        @Override
        public CompletionStage<Void> onStandings(List<Standing> page) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> onRecords(List<EventRecord> page) {
            seen.addAll(page);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onDestroyed(StreamPath path) {}

        @Override
        public void onCaughtUp(long watermark) {}

        @Override
        public void onEnd(@Nullable Throwable failure) {}
    }
}
