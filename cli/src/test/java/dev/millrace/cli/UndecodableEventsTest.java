package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.EventInput;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands read a stream to its end, with events that another version or program wrote. */
@SuppressWarnings("NullAway.Init") // set before each test
class UndecodableEventsTest {
    private static final StreamPath PATH = StreamPath.of("/old");
    private static final String TIME = "2026-04-14T11:20:30.456Z";

    /** Each is the JSON of one event, with its offset in place of @. */
    private static final List<String> STORED = List.of(
            ours("{\"n\":1e99999999999}"),
            ours("{\"n\":1e2147483648}"),
            ours("{\"n\":[1,2,{\"m\":-1e-2147483649}]}"),
            ours("{\"n\":" + "9".repeat(5_000) + "}"),
            ours("{\"n\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}"),
            ours("{\"" + "k".repeat(100_000) + "\":1}"),
            ours("{},\"metadata\":{\"n\":1e99999999999}"),
            ours("{\"text\":\"\u00e4\"}"), // written as ISO 8859-1
            ours("{\"text\":\"\\ud83d\"}"),
            ours("{\"text\":\"unfinished}"),
            ours("[1]"),
            ours("{},\"unknown\":[1,\"\\u202e\"]"),
            ours("{\"text\":\n\"two lines\",\"n\":1e99999999999}"),
            "{\"streamPath\":\"/old\",\"type\":\"t\",\"payload\":{},\"offset\":@}",
            "{\"streamPath\":\"/else\",\"type\":\"t\",\"payload\":{},\"offset\":@,\"createdAt\":\"" + TIME + "\"}",
            "{\"streamPath\":\"/old\",\"type\":\"t\",\"payload\":{},\"offset\":1000,\"createdAt\":\"" + TIME + "\"}",
            "{\"streamPath\":\"/old\",\"version\":2}",
            "not JSON",
            "");

    private static String ours(String payload) {
        return "{\"streamPath\":\"/old\",\"type\":\"t\",\"payload\":" + payload + ",\"offset\":@,\"createdAt\":\""
                + TIME + "\"}";
    }

    private final EventStore store = new InMemoryEventStore();
    private final ExecutorService tails = Executors.newCachedThreadPool();
    private LocalService service;

    @TempDir
    Path directory;

    @BeforeEach
    void serve() {
        service = LocalService.start(
                DataDirectoryOptions.Opened.only(store), Map.of(), LocalService.Listening.locally(0, false));
        append("first");
        StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), PATH);
        STORED.forEach(json -> store(stream, json));
        append("last");
    }

    private void store(StreamKey stream, String json) {
        try (EventStore.Transaction transaction = store.begin()) {
            StreamHead head = transaction.head(stream).orElseThrow();
            long offset = head.lastOffset() + 1;
            EventRecord damaged = new EventRecord(
                    transaction.nextPosition(),
                    offset,
                    Instant.parse(TIME),
                    "t",
                    Optional.of("key-" + offset),
                    json.replace("@", Long.toString(offset)).getBytes(StandardCharsets.ISO_8859_1));
            transaction.append(stream, new StreamHead(head.incarnation(), offset, damaged.createdAt(), false), damaged);
            transaction.commit();
        }
    }

    private void append(String type) {
        service.streams()
                .append(PATH, EventInput.ofType(type))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @AfterEach
    void stop() {
        tails.shutdownNow();
        service.close();
    }

    private String[] arguments(String... args) {
        return Stream.concat(Stream.of(args), Stream.of("--url", service.uri().toString()))
                .toArray(String[]::new);
    }

    private String run(String... args) {
        Screen screen = Screen.pipe();
        assertThat(screen.run(args)).as(screen.err()).isZero();
        assertThat(screen.err()).isEmpty();
        return screen.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "json", "ndjson", "log"})
    void should_be_read_in_every_format(String format) {
        String read = run(arguments("read", "/old", "--format", format));

        assertThat(read).contains("first", "last", "unfinished", "not JSON");
        if (format.equals("ndjson")) {
            assertThat(read.lines().filter(line -> line.contains("\"type\":\"t\"")))
                    .hasSize(STORED.size());
        }
        assertThat(run(arguments("read", "/old", "--desc", "--format", format))).contains("first", "last");
        assertThat(run(arguments("read", "/old", "--types", "t", "--format", format)))
                .contains("unfinished")
                .doesNotContain("first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "ndjson", "log"})
    void should_be_followed_by_a_tail(String format) {
        Screen tail = Screen.pipe();
        Future<Integer> ended =
                tails.submit(() -> tail.run(arguments("tail", "/old", "--after", "start", "--format", format)));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tail.out()).contains("last"));

        append("next");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tail.out()).contains("next"));
        assertThat(tail.out()).contains("unfinished", "not JSON");
        assertThat(tail.err()).isEmpty();
        assertThat(ended).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"record", "read"})
    void should_be_in_a_log_that_can_be_replayed(String command) throws Exception {
        Path log = directory.resolve("old.yaml");
        String written = run(arguments(command, "/old"));
        Files.writeString(log, written);

        String replayed =
                run("replay", "--processor", "circuit-breaker", log.toString(), "--command", "goto 1; events 0 99");

        assertThat(replayed.lines()).hasSizeGreaterThanOrEqualTo(3 + STORED.size());
        assertThat(replayed).contains("unfinished", "not JSON", "last");
    }

    @Test
    void should_not_stop_a_fork_or_the_state() {
        int events = 3 + STORED.size();
        run(arguments("fork", "/old", "--at", Integer.toString(events), "--to", "/copy"));

        assertThat(run(arguments("state", "/old"))).contains("\"eventCount\": ", "circuit-breaker");
        assertThat(run(arguments("read", "/copy", "--format", "ndjson")).lines())
                .hasSize(events);
    }
}
