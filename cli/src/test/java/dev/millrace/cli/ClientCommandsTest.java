package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.cli.internal.terminal.ShortTypeName;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.processors.circuitbreaker.CircuitBreakerConfigured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client commands, with a real server. */
@SuppressWarnings({"NullAway.Init", "FutureReturnValueIgnored"}) // set before each test
class ClientCommandsTest {
    private LocalService service;
    private final ExecutorService tails = Executors.newCachedThreadPool();
    private final Screen screen = Screen.pipe();

    @TempDir
    Path directory;

    @BeforeEach
    void serve() {
        service = LocalService.start(
                DataDirectoryOptions.Opened.only(new InMemoryEventStore()),
                Map.of(),
                LocalService.Listening.locally(0, false));
    }

    @AfterEach
    void stop() {
        tails.shutdownNow();
        service.close();
    }

    @Test
    void should_append_an_event_and_print_what_was_stored() {
        assertThat(run(
                        "append",
                        "/orders",
                        "--type",
                        "order-placed",
                        "--payload",
                        "{\"total\": 1.50}",
                        "--format",
                        "ndjson"))
                .isZero();

        JsonNode stored = JsonCodec.parse(screen.out());
        assertThat(stored.path("streamPath").asText()).isEqualTo("/orders");
        assertThat(stored.path("type").asText()).isEqualTo("order-placed");
        assertThat(stored.path("payload").toString()).isEqualTo("{\"total\":1.50}");
        assertThat(stored.path("offset").asLong()).isEqualTo(2);
    }

    @Test
    void should_say_that_a_repeated_key_appended_nothing() {
        run("append", "/orders", "--type", "a", "--key", "k");
        assertThat(run("append", "/orders", "--type", "b", "--key", "k")).isZero();

        assertThat(screen.err())
                .isEqualToIgnoringNewLines(
                        "millrace: nothing was appended: key 'k' is already stored at offset 2, with different content;"
                                + " to append yours, use another key");
        assertThat(count("/orders")).isEqualTo(2);
    }

    @Test
    void should_know_the_short_names_of_built_in_types() {
        String paused = BuiltInType.PAUSED.type();
        assertThat(run("append", "/orders", "--json", "{\"type\": \"paused\"}")).isZero();
        assertThat(screen.err())
                .isEqualToIgnoringNewLines(
                        "millrace: 'paused' at offset 2 is a type of your own, without an effect on the"
                                + " stream; the built-in type is " + paused);

        assertThat(run("append", "/orders", "--type", "paused")).isZero();
        assertThat(screen.err()).hasLineCount(1);
        assertThat(run("append", "/orders", "--type", "order-placed")).isEqualTo(1);
        assertThat(screen.err()).contains("append an event of the type " + BuiltInType.RESUMED.type() + " first");

        int printed = screen.out().length();
        assertThat(run("read", "/orders", "--types", "paused", "--format", "ndjson"))
                .isZero();
        assertThat(screen.out()
                        .substring(printed)
                        .lines()
                        .map(line -> JsonCodec.parse(line).path("type").asText()))
                .containsExactly("paused", paused);
    }

    @Test
    void should_read_payloads_and_events_from_files() throws IOException {
        Path payload = Files.writeString(directory.resolve("payload.json"), "{\"n\": 1}");
        Path events = Files.writeString(directory.resolve("events.ndjson"), "{\"type\":\"a\"}\n{\"type\":\"b\"}\n");

        assertThat(run("append", "/a", "--type", "x", "--payload", "@" + payload))
                .isZero();
        assertThat(run("append", "/a", "--json", "@" + events)).isZero();

        assertThat(types("/a")).containsExactly("x", "a", "b");
    }

    @Test
    void should_read_events_from_standard_input() {
        Screen piped = Screen.pipe("[{\"type\": \"a\"}, {\"type\": \"b\"}]");

        assertThat(piped.run("append", "/a", "--url", url())).isZero();

        assertThat(types("/a")).containsExactly("a", "b");
    }

    @Test
    void should_append_more_events_than_one_batch_takes() {
        allowBursts("/a");
        String events = IntStream.range(0, 1203)
                .mapToObj(i -> "{\"type\":\"t" + i + "\"}")
                .collect(Collectors.joining("\n"));

        assertThat(Screen.pipe(events).run("append", "/a", "--url", url(), "--format", "ndjson"))
                .isZero();

        assertThat(types("/a").skip(1)).hasSize(1203).startsWith("t0", "t1").endsWith("t1202");
    }

    @Test
    void should_copy_a_stream_through_a_pipe() {
        append("/a", "x", "y");
        run("read", "/a", "--format", "ndjson");

        Screen copy = Screen.pipe(screen.out());
        assertThat(copy.run("append", "/copy", "--url", url())).isZero();

        assertThat(types("/copy")).containsExactly("x", "y");
        assertThat(copy.err())
                .contains("left out 1 of the events, because the service itself adds them to each stream");
    }

    @Test
    void should_fail_when_the_event_was_not_valid() {
        assertThat(run("append", "/a", "--type", "x", "--payload", "[1]")).isEqualTo(1);

        assertThat(screen.err())
                .startsWith("millrace: stored as an invalid event at offset 2: payload")
                .hasLineCount(1);
    }

    @Test
    void should_report_a_refusal_in_one_line() {
        run("append", "/a", "--type", "https://events.iterate.com/events/stream/paused");
        assertThat(run("append", "/a", "--type", "x")).isEqualTo(1);

        assertThat(screen.err())
                .startsWith("millrace: append")
                .contains("stream is paused")
                .hasLineCount(1);
    }

    @Test
    void should_read_in_every_format() {
        append("/a", "x");
        run("read", "/a", "--after", "1");
        run("read", "/a", "--after", "1", "--format", "log");
        run("read", "/a", "--after", "1", "--format", "ndjson");

        assertThat(screen.out())
                .startsWith("---\nstreamPath: \"/a\"\ntype: \"x\"\npayload: {}\noffset: 2\ncreatedAt: ")
                .containsPattern("\n    2  \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  x +\\{\\}\n")
                .contains("\n{\"streamPath\":\"/a\",\"type\":\"x\",\"payload\":{},\"offset\":2,");
    }

    @Test
    void should_print_one_json_array() {
        append("/a", "x", "y");
        run("read", "/a", "--format", "json");

        assertThat(JsonCodec.parse(screen.out())).hasSize(3);
        Screen nothing = Screen.pipe();
        nothing.run("read", "/a", "--after", "3", "--format", "json", "--url", url());
        assertThat(nothing.out()).isEqualTo("[]\n");
    }

    @Test
    void should_read_the_part_that_is_asked_for() {
        append("/a", "x", "y", "x", "z");

        assertThat(read("/a", "--after", "2")).containsExactly("y", "x", "z");
        assertThat(read("/a", "--before", "4")).containsExactly("initialized", "x", "y");
        assertThat(read("/a", "--types", "x,z")).containsExactly("x", "x", "z");
        assertThat(read("/a", "--limit", "2")).containsExactly("initialized", "x");
        assertThat(read("/a", "--desc", "--limit", "2")).containsExactly("z", "x");
    }

    @Test
    void should_read_long_logs_page_by_page() {
        allowBursts("/a");
        append("/a", IntStream.range(0, 2500).mapToObj(i -> "t" + i).toArray(String[]::new));

        assertThat(read("/a", "--after", "2")).hasSize(2500).startsWith("t0").endsWith("t2499");
        assertThat(read("/a", "--desc")).hasSize(2502).startsWith("t2499").endsWith("initialized");
        assertThat(read("/a", "--after", "2", "--limit", "2001")).hasSize(2001).endsWith("t2000");
    }

    @Test
    void should_keep_projects_apart() {
        run("append", "/a", "--type", "x", "--project", "acme");

        assertThat(count("/a")).isZero();
    }

    @Test
    void should_tail_what_happens_from_now_on() throws Exception {
        append("/a", "before");
        Screen tail = Screen.pipe();
        Future<Integer> ended = tails.submit(() -> tail.run("tail", "/a", "--url", url(), "--format", "ndjson"));

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            append("/a", "now");
            assertThat(tail.out()).contains("\"type\":\"now\"");
        });

        assertThat(tail.out()).doesNotContain("before").endsWith("}\n");
        assertThat(ended.isDone()).isFalse();
    }

    @Test
    void should_tail_from_the_start_or_from_an_offset() {
        append("/a", "x", "y");
        Screen all = Screen.pipe();
        Screen some = Screen.pipe();
        tails.submit(() -> all.run("tail", "/a", "--url", url(), "--after", "start"));
        tails.submit(() -> some.run("tail", "/a", "--url", url(), "--after", "2"));

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(all.out()).contains("initialized", "  x ", "  y ");
            assertThat(some.out()).contains("  y ").doesNotContain("initialized", "  x ");
        });
    }

    private int run(String... args) {
        return screen.run(
                Stream.concat(Stream.of(args), Stream.of("--url", url())).toArray(String[]::new));
    }

    /** The short type names that {@code millrace read} prints. */
    private Stream<String> read(String path, String... options) {
        Screen fresh = Screen.pipe();
        fresh.run(Stream.of(new String[] {"read", path, "--format", "ndjson", "--url", url()}, options)
                .flatMap(Stream::of)
                .toArray(String[]::new));
        return fresh.out()
                .lines()
                .map(line ->
                        ShortTypeName.brief(JsonCodec.parse(line).path("type").asText()));
    }

    private Stream<String> types(String path) {
        return read(path).skip(1);
    }

    private void append(String path, String... types) {
        for (String type : types) {
            service.streams()
                    .append(StreamPath.of(path), EventInput.ofType(type))
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        }
    }

    /** Disables the circuit breaker, which would pause the stream. */
    private void allowBursts(String path) {
        run(
                "append",
                path,
                "--type",
                EventCatalog.nameOf(CircuitBreakerConfigured.class),
                "--payload",
                "{\"enabled\": false}");
    }

    private long count(String path) {
        return service.streams()
                        .list(StreamPath.of(path))
                        .orTimeout(60, TimeUnit.SECONDS)
                        .join()
                        .isEmpty()
                ? 0
                : read(path).count();
    }

    private String url() {
        return service.uri().toString();
    }
}
