package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.testkit.log.RecordedLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Control characters of events and arguments, through all that a command prints: none arrives, and no data change. */
@SuppressWarnings("NullAway.Init") // set before each test
class ControlCharacterTest {
    private static final StreamPath PATH = StreamPath.of("/a");

    /** Each character that can change what a terminal shows of others, and half a surrogate pair. */
    private static final List<String> UNSAFE = Stream.of(
                    IntStream.range(0, 0x20),
                    IntStream.rangeClosed(0x7F, 0x9F),
                    IntStream.of(0x061C, 0x200E, 0x200F),
                    IntStream.rangeClosed(0x2028, 0x202E),
                    IntStream.rangeClosed(0x2066, 0x2069),
                    IntStream.of(0xD800, 0xDC00))
            .flatMap(IntStream::boxed)
            .map(Character::toString)
            .toList();

    /** Without the halves of surrogate pairs, which the service refuses in names. */
    private static final String ALL = joined(UNSAFE.subList(0, UNSAFE.size() - 2));

    private final ExecutorService tails = Executors.newCachedThreadPool();
    private final Screen screen = Screen.pipe();
    private LocalService service;

    @TempDir
    Path directory;

    @BeforeEach
    void serve() {
        service = LocalService.start(
                DataDirectoryOptions.Opened.only(new InMemoryEventStore()),
                Map.of(),
                LocalService.Listening.locally(0, false));
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        UNSAFE.subList(0, UNSAFE.size() - 2).forEach(text -> payload.put("name" + text, "value" + text));
        payload.put("all" + ALL, joined(UNSAFE));
        service.streams()
                .append(
                        PATH,
                        EventInput.builder()
                                .type("t" + ALL)
                                .payload(payload)
                                .idempotencyKey("k" + ALL)
                                .metadata(JsonNodeFactory.instance.objectNode().put(ALL, ALL))
                                .build())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @AfterEach
    void stop() {
        tails.shutdownNow();
        service.close();
    }

    private static String joined(List<String> texts) {
        return texts.stream().map(text -> "<" + text + ">").collect(Collectors.joining());
    }

    private int run(String... args) {
        return screen.run(withUrl(args));
    }

    private String[] withUrl(String... args) {
        return Stream.concat(Stream.of(args), Stream.of("--url", service.uri().toString()))
                .toArray(String[]::new);
    }

    private Event stored() {
        return service.streams()
                .read(PATH, ReadRange.all())
                .orTimeout(60, TimeUnit.SECONDS)
                .join()
                .get(1);
    }

    private static void assertHarmless(String text) {
        assertThat(text).isNotEmpty();
        assertThat(UNSAFE.stream()
                        .filter(unsafe -> !unsafe.equals("\n") && !unsafe.equals("\t"))
                        .filter(text::contains)
                        .map(unsafe -> String.format("U+%04X", unsafe.codePointAt(0))))
                .as("raw in the output")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "yaml", "json", "ndjson"})
    void should_print_events_without_them(String format) {
        assertThat(run("read", "/a", "--format", format)).isZero();
        assertHarmless(screen.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "yaml", "ndjson"})
    void should_print_live_events_without_them(String format) {
        Screen tail = Screen.pipe();
        var unused = tails.submit(() -> tail.run(withUrl("tail", "/a", "--after", "start", "--format", format)));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> tail.out().contains("<\\u2069>") || tail.out().contains("<\uFFFD>"));
        assertHarmless(tail.out());
    }

    @Test
    void should_print_JSON_that_is_equal_to_the_event() {
        String event = JsonCodec.writeText(JsonCodec.toTree(stored()));

        assertThat(run("read", "/a", "--format", "ndjson", "--after", "1")).isZero();
        assertThat(JsonCodec.writeText(JsonCodec.parse(screen.out().strip()))).isEqualTo(event);

        Screen array = Screen.pipe();
        array.run(withUrl("read", "/a", "--format", "json", "--after", "1"));
        assertThat(JsonCodec.writeText(JsonCodec.parse(array.out()).path(0))).isEqualTo(event);
    }

    @Test
    void should_record_them_so_that_a_replay_has_the_same_events() throws Exception {
        Path file = directory.resolve("log.yaml");
        assertThat(run("record", "/a")).isZero();
        assertThat(run("record", "/a", "--out", file.toString())).isZero();

        assertHarmless(screen.out());
        assertHarmless(Files.readString(file));
        for (RecordedLog log : List.of(RecordedLog.parse(screen.out(), "log"), RecordedLog.read(file))) {
            assertThat(JsonCodec.writeText(JsonCodec.toTree(log.events().get(1))))
                    .isEqualTo(JsonCodec.writeText(JsonCodec.toTree(stored())));
        }

        Screen replay = Screen.pipe();
        replay.run(
                "replay",
                file.toString(),
                "--processor",
                "circuit-breaker",
                "--command",
                "goto 2; event; events; state; diff 0 2");
        assertHarmless(replay.out());
        assertThat(replay.out()).contains("\\u009b");
    }

    @Test
    void should_print_no_note_error_or_argument_with_them() {
        run("read", "/a" + ALL);
        run("read", "/a", "--format", "x" + ALL);
        run("read", "/a", "--after", ALL);
        run("read" + ALL);
        run("help", ALL);
        run("state", "/a", "--processor", ALL);
        run("append", "/a", "--type", "t", "--payload", "{" + ALL);
        run(
                "append",
                "/a",
                "--json",
                JsonCodec.writeText(JsonCodec.toTree(stored()).deepCopy()));
        run("append", "/a", "--type", "t" + ALL, "--key", "k" + ALL);
        run("append", "/a", "--json", "@" + ALL.replace("\0", ""));
        run("list", "/" + ALL);
        run("replay", "no file" + ALL.replace("\0", ""), "--processor", "x" + ALL);
        run("token", "create", "--name", ALL, "--data", directory.toString());
        screen.run("read", "/a", "--verbose", "--url", "http://127.0.0.1:1/" + ALL);
        screen.run("token", "create", "--name", ALL, "--data", directory.toString());
        screen.run("token", "list", "--data", directory.toString());
        screen.run("token", "revoke", ALL, "--data", directory.toString());
        screen.run("serve", "--data", directory + ALL, "--port", "x" + ALL);

        assertHarmless(screen.out());
        assertHarmless(screen.err());
    }

    @Test
    void should_print_a_state_without_them() {
        assertThat(run("state", "/a")).isZero();
        assertHarmless(screen.out());
    }

    @Test
    void should_log_texts_without_them_in_one_line() {
        LogRecord record = new LogRecord(Level.WARNING, "processor '" + ALL + "' is not known");
        record.setThrown(new IllegalStateException(ALL));

        String line = new QuietLogging.OneLine().format(record);

        assertHarmless(line);
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    }
}
