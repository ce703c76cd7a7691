package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace copy}, from one server to another. */
@SuppressWarnings("NullAway.Init") // set before each test
class CopyCommandTest {
    /** Due at once. */
    private static final String SCHEDULE = "{\"slug\": \"s\", \"callback\": \"append\", \"payloadJson\":"
            + " \"{\\\"type\\\": \\\"beat\\\"}\", \"schedule\": {\"kind\": \"every\", \"intervalSeconds\": 3600},"
            + " \"nextRunAt\": 1700000000}";

    @TempDir
    Path directory;

    private LocalService source;
    private LocalService target;
    private final Screen screen = Screen.pipe();

    @BeforeEach
    void serve() {
        source = start(new InMemoryEventStore());
        target = start(SqliteEventStore.open(directory.resolve("target.db")));
    }

    @AfterEach
    void stop() {
        source.close();
        target.close();
    }

    private static LocalService start(EventStore store) {
        return LocalService.start(
                DataDirectoryOptions.Opened.only(store), Map.of(), LocalService.Listening.locally(0, false));
    }

    private int copy(String... args) {
        return screen.run(Stream.concat(Stream.of("copy", "--url", source.uri().toString()), Stream.of(args))
                .toArray(String[]::new));
    }

    private int copyAway(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--to-url");
        all.add(target.uri().toString());
        return copy(all.toArray(String[]::new));
    }

    private static void append(LocalService service, String path, EventInput input) {
        service.streams()
                .append(StreamPath.of(path), input)
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private static void append(LocalService service, String path, String type) {
        append(service, path, EventInput.ofType(type));
    }

    private static List<Event> log(LocalService service, String path) {
        return service.streams()
                .read(StreamPath.of(path), ReadRange.all())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private static boolean exists(LocalService service, String path) {
        return !service.streams()
                .list(StreamPath.of(path))
                .orTimeout(60, TimeUnit.SECONDS)
                .join()
                .isEmpty();
    }

    private static List<ObjectNode> events(LocalService service, String path) {
        return log(service, path).stream()
                .skip(1)
                .map(event -> JsonCodec.toTree(event).put("streamPath", "/any"))
                .toList();
    }

    @Test
    void should_copy_a_stream_to_another_server_and_on_from_there() {
        append(
                source,
                "/a",
                EventInput.builder()
                        .type("https://events.iterate.com/events/stream/circuit-breaker-configured")
                        .payload(JsonCodec.parse("{\"enabled\": false}"))
                        .build());
        for (int i = 0; i < 600; i++) {
            append(
                    source,
                    "/a",
                    EventInput.builder()
                            .type("t" + i)
                            .payload(JsonCodec.parse("{\"n\": " + i + ".50, \"text\": \"\\ud83d\\ude00\\ud83d\"}"))
                            .idempotencyKey("key-" + i)
                            .build());
        }

        assertThat(copyAway("/a", "/b/c")).as(screen.err()).isZero();
        assertThat(screen.out()).isEqualToIgnoringNewLines("copied 602 events of /a to /b/c");

        assertThat(events(target, "/b/c")).isEqualTo(events(source, "/a"));
        target.close();
        target = start(SqliteEventStore.open(directory.resolve("target.db")));
        assertThat(events(target, "/b/c")).isEqualTo(events(source, "/a"));
        assertThat(screen.run(
                        "copy",
                        "/b/c",
                        "/b/c",
                        "--url",
                        target.uri().toString(),
                        "--to-url",
                        source.uri().toString()))
                .isZero();
        assertThat(events(source, "/b/c")).isEqualTo(events(source, "/a"));
        assertThat(log(source, "/b/c")
                        .get(0)
                        .payloadJson()
                        .at("/forkedFrom/path")
                        .textValue())
                .isEqualTo("/b/c");
    }

    @Test
    void should_copy_within_a_server_to_another_project_and_only_up_to_an_offset() {
        append(source, "/a", "one");
        append(source, "/a", "two");

        assertThat(copy("/a", "/b", "--at", "2")).isZero();
        assertThat(copy("/a", "/a", "--to-project", "other")).isZero();

        assertThat(log(source, "/b")).extracting(Event::type).endsWith("one").hasSize(2);
        assertThat(screen.run(
                        "read",
                        "/a",
                        "--project",
                        "other",
                        "--url",
                        source.uri().toString()))
                .isZero();
        assertThat(screen.out())
                .contains("copied 2 events of /a to /b", "copied 3 events of /a to /a", "type: \"two\"");
    }

    @Test
    void should_keep_a_schedule_asleep_until_the_copy_has_an_event_of_its_own() {
        EventInput schedule = EventInput.builder()
                .type("https://events.iterate.com/events/stream/schedule/configured")
                .payload(JsonCodec.parse(SCHEDULE))
                .build();
        append(source, "/a", schedule);
        awaitBeat(source, "/a");

        assertThat(copyAway("/a", "/b", "--at", "2")).isZero();
        append(target, "/control", schedule);
        awaitBeat(target, "/control");

        assertThat(log(target, "/b")).hasSize(2);
        append(target, "/b", "own");
        awaitBeat(target, "/b");
        assertThat(log(target, "/b").get(2).type()).isEqualTo("own");
    }

    private static void awaitBeat(LocalService service, String path) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(log(service, path)).extracting(Event::type).contains("beat"));
    }

    @Test
    void should_say_why_nothing_was_copied() {
        append(source, "/a", "one");
        append(source, "/a", "two");
        append(target, "/taken", "x");

        assertThat(copyAway("/a", "/taken")).isEqualTo(1);
        assertThat(screen.err())
                .startsWith("millrace: import failed: /taken")
                .contains("exists already; nothing was stored; choose a path without a stream")
                .hasLineCount(1);
        assertThat(log(target, "/taken")).hasSize(2);

        assertThat(copyAway("/never", "/b")).isEqualTo(1);
        assertThat(screen.err()).contains("there is no stream /never; name one that exists");
        assertThat(exists(source, "/never")).isFalse();

        assertThat(copyAway("/a", "/b", "--at", "4")).isEqualTo(1);
        assertThat(screen.err()).contains("--at is 4 and /a ends at 3; give an offset up to that");
        assertThat(copyAway("/a", "/b", "--at", "0")).isEqualTo(2);
        assertThat(copyAway("/a", "/Not A Path")).isEqualTo(2);
        assertThat(copy("/a", "/b", "--to-url", "http://127.0.0.1:1")).isEqualTo(1);
        assertThat(screen.err()).contains("import failed: /b at http://127.0.0.1:1");
        assertThat(exists(target, "/b")).isFalse();
    }
}
