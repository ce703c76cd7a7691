package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.StreamEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills an appending process many times; all acknowledged events must be in the store. */
@Timeout(180)
class CrashTest {
    private static final int ROUNDS = 5;

    @TempDir
    private Path directory;

    /** The place of each acknowledged key, as {@code path@offset}. */
    private final Map<String, String> acknowledged = new HashMap<>();

    @Test
    void should_keep_every_acknowledged_event_when_the_process_is_killed() throws Exception {
        long seed = Long.getLong("millrace.seed", Boolean.getBoolean("millrace.long") ? System.nanoTime() : 1);
        Random random = new Random(seed);
        int marked = 0;
        for (int round = 0; round < ROUNDS; round++) {
            // Each thread sends its newest keys again: events that were stored without an answer are answered now.
            int first = Math.max(0, acknowledged.size() / 8 - 25);
            try (Child child = Child.run(ChildThatAppends.class, directory.toString(), Integer.toString(first))) {
                collect(child, 200 + random.nextInt(1_200));
            }
            marked += Files.exists(directory.resolve(MarkFile.NAME)) ? 1 : 0;
            try {
                verify();
            } catch (AssertionError e) {
                throw new AssertionError("round " + round + ", seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 100);
        assertThat(marked).as("the mark says no more than what is stored").isEqualTo(ROUNDS);
    }

    private void collect(Child child, int count) throws Exception {
        boolean killed = false;
        String line = child.line();
        for (int i = 0; line != null; i++, line = child.line()) {
            String[] words = line.split(" ", -1);
            if (words.length == 4 && words[3].equals(".")) {
                note(words[2], words[0] + "@" + words[1]);
            }
            if (i == count) {
                child.kill();
                killed = true;
            }
        }
        assertThat(killed)
                .as("the process was killed and did not end for another reason")
                .isTrue();
    }

    private void note(String key, String place) {
        String before = acknowledged.putIfAbsent(key, place);
        assertThat(before == null ? place : before).as("the place of %s", key).isEqualTo(place);
    }

    private void verify() throws Exception {
        checkIntegrity();
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(directory)).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            Map<String, String> stored = new HashMap<>();
            for (int i = 0; i < 4; i++) {
                StreamPath path = StreamPath.of("/crash/s" + i);
                List<Event> events = streams.read(path, ReadRange.all()).get(30, TimeUnit.SECONDS);
                assertThat(events)
                        .extracting(Event::offset)
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(1, events.size()).boxed().toList());
                for (Event event : events) {
                    event.idempotencyKey()
                            .filter(key -> key.startsWith("t"))
                            .ifPresent(key -> assertThat(stored.put(key, path + "@" + event.offset()))
                                    .as("another event with the key %s", key)
                                    .isNull());
                }
            }
            assertThat(stored).containsAllEntriesOf(acknowledged);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(announced(streams))
                            .containsExactlyInAnyOrder("/crash", "/crash/s0", "/crash/s1", "/crash/s2", "/crash/s3"));
        }
    }

    private static List<String> announced(EventStreams streams) throws Exception {
        return streams.read(StreamPath.root(), ReadRange.all()).get(30, TimeUnit.SECONDS).stream()
                .filter(event -> BuiltInType.CHILD_STREAM_CREATED.matches(event.type()))
                .map(event -> event.payloadJson().path("childPath").asText(""))
                .toList();
    }

    private void checkIntegrity() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("millrace.db"));
                ResultSet result = connection.createStatement().executeQuery("PRAGMA integrity_check")) {
            assertThat(result.getString(1)).isEqualTo("ok");
        }
    }
}
