package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Imports store a log as history: the events, offsets, times and keys of another stream. */
class ImportTest {
    private static final String BORN =
            "{'streamPath':'/a','type':'https://events.iterate.com/events/stream/initialized',"
                    + "'payload':{'projectSlug':'public','path':'/a'},'offset':1,'createdAt':'2026-01-01T12:00:00.000Z'}\n";

    private final EngineFixture from = new EngineFixture();
    private final EngineFixture to = new EngineFixture();

    @AfterEach
    void stop() {
        from.close();
        to.close();
    }

    private static String lines(List<EventRecord> log) {
        return log.stream()
                .map(record -> new String(record.json(), UTF_8) + "\n")
                .collect(Collectors.joining());
    }

    private static StreamHead load(EngineFixture target, String path, String lines) {
        return get(target.engine.importEvents(
                PUBLIC, path(path), lines.replace('\'', '"').getBytes(UTF_8)));
    }

    private StreamHead copy(String source, String target) {
        return load(to, target, lines(from.log(source)));
    }

    /** A line of the stream {@code /a} after {@link #BORN}. */
    private static String line(long offset, String fields) {
        return "{'streamPath':'/a','type':'x','payload':{}," + fields + "'offset':" + offset
                + ",'createdAt':'2026-01-01T12:00:00.000Z'}\n";
    }

    private void assertSame(List<EventRecord> source, List<EventRecord> copy, String from, String to) {
        assertThat(copy).hasSameSizeAs(source);
        for (int i = 1; i < source.size(); i++) {
            assertThat(Json.text(copy.get(i)))
                    .isEqualTo(Json.text(source.get(i))
                            .replace("{'streamPath':'" + from + "'", "{'streamPath':'" + to + "'"));
            assertThat(copy.get(i).idempotencyKey()).isEqualTo(source.get(i).idempotencyKey());
            assertThat(copy.get(i).createdAt()).isEqualTo(source.get(i).createdAt());
        }
    }

    @ParameterizedTest
    @CsvSource({"'\"shop\"', shop", "null, "})
    void should_load_a_log_of_a_later_generation(String projectId, @Nullable String project) {
        String born = BORN.replace("events/stream/initialized", "stream/created")
                .replace("https://", "")
                .replace("'projectSlug':'public'", "'projectId':" + projectId);

        load(to, "/a", born + line(2, "'source':{'n':1},"));

        assertThat(to.log("/a")).hasSize(2);
        assertThat(Json.payload(to.log("/a").get(0))
                        .at("/forkedFrom/projectSlug")
                        .textValue())
                .isEqualTo(project);
    }

    @Test
    void should_store_the_events_of_a_log_as_they_were() {
        from.append(
                "/a",
                "{'type':'one','payload':{'n':1.50,'e':1E+2},'metadata':{'by':'me'},"
                        + "'source':{'n':1.50,'of':['x']},'idempotencyKey':'k'}");
        from.timers.advance(Duration.ofHours(3));
        from.append("/a", "{'type':'two \\u00e9\\ud800','metadata':{}}");
        from.append("/a", "{'nothing':'of an event'}");
        from.append("/a", "{'type':'set','metadata':{'millrace':{'processor':'p'}},'idempotencyKey':'k'}");
        from.append("/a/child", "{'type':'x'}");

        StreamHead head = copy("/a", "/b/c");

        List<EventRecord> copy = to.log("/b/c");
        assertSame(from.log("/a"), copy, "/a", "/b/c");
        assertThat(Json.text(copy.get(1)))
                .contains("'metadata':{'by':'me'},'source':{'n':1.50,'of':['x']},'idempotencyKey':'k','offset':2,");
        assertThat(head).isEqualTo(to.engine.head(PUBLIC, path("/b/c")).orElseThrow());
        assertThat(head.lastOffset()).isEqualTo(6);
        assertThat(Json.payload(copy.get(0)).toString())
                .isEqualTo("{\"projectSlug\":\"public\",\"path\":\"/b/c\",\"forkedFrom\":{\"path\":\"/a\","
                        + "\"offset\":6,\"projectSlug\":\"public\"}}");
        assertThat(JsonCodec.fromTree(Json.payload(copy.get(0)), StreamEvent.Initialized.class)
                        .forkedFrom())
                .hasValueSatisfying(source -> assertThat(source.offset()).isEqualTo(6));
        assertThat(Json.tree(copy.get(0)).at("/metadata/millrace/incarnation").textValue())
                .isEqualTo(head.incarnation());
        assertThat(copy.get(0).createdAt()).isEqualTo(from.log("/a").get(0).createdAt());
        assertThat(to.announced("/")).contains("/b", "/b/c");
        assertThat(to.announced("/b")).containsExactly("/b/c");
    }

    @Test
    void should_copy_a_copy_and_a_fork() {
        from.append("/a", "{'type':'one','idempotencyKey':'k'}");
        get(from.engine.fork(PUBLIC, path("/a"), 2, path("/fork")));
        from.append("/fork", "{'type':'two'}");

        copy("/fork", "/first");
        to.append("/first", "{'type':'three'}");
        load(to, "/second", lines(to.log("/first")));

        assertSame(from.log("/fork"), to.log("/first").subList(0, 3), "/fork", "/first");
        assertSame(to.log("/first"), to.log("/second"), "/first", "/second");
        assertThat(Json.payload(to.log("/second").get(0)).at("/forkedFrom/path").textValue())
                .isEqualTo("/first");
        assertThat(to.append("/second", "{'type':'four'}").event().offset()).isEqualTo(5);
    }

    @Test
    void should_know_the_idempotency_keys_of_callers_and_of_processors() {
        from.append("/a", "{'type':'mine','idempotencyKey':'k'}");
        from.append("/a", "{'type':'its','metadata':{'millrace':{'processor':'p'}},'idempotencyKey':'k'}");
        from.append(
                "/a",
                "{'type':'foreign','metadata':{'millrace':{'processor':'q','foreignKey':true}},'idempotencyKey':'k'}");

        copy("/a", "/b");

        AppendedRecord mine = to.append("/b", "{'type':'mine','idempotencyKey':'k'}");
        AppendedRecord its =
                to.append("/b", "{'type':'its','metadata':{'millrace':{'processor':'p'}},'idempotencyKey':'k'}");
        AppendedRecord foreign = to.append(
                "/b",
                "{'type':'foreign','metadata':{'millrace':{'processor':'q','foreignKey':true}},'idempotencyKey':'k'}");
        List<AppendedRecord> answers = List.of(mine, its, foreign);
        assertThat(answers).allMatch(AppendedRecord::replayed);
        assertThat(answers).extracting(answer -> answer.event().offset()).containsExactly(2L, 3L, 4L);
        assertThat(to.eventCount("/b")).isEqualTo(4);
    }

    @Test
    void should_be_paused_if_the_log_ends_so() {
        from.append("/a", "{'type':'https://events.iterate.com/events/stream/paused'}");
        copy("/a", "/paused");
        from.append("/a", "{'type':'https://events.iterate.com/events/stream/resumed'}");
        copy("/a", "/resumed");

        assertThatThrownBy(() -> to.append("/paused", "{'type':'x'}")).hasMessageContaining("stream is paused");
        assertThat(to.append("/resumed", "{'type':'x'}").event().offset()).isEqualTo(4);
    }

    @Test
    void should_keep_times_ahead_of_the_clock_and_go_on_from_there() {
        from.timers.advance(Duration.ofHours(23));
        from.append("/a", "{'type':'ahead'}");
        Instant ahead = from.log("/a").get(1).createdAt();

        copy("/a", "/b");
        Instant first = to.append("/b", "{'type':'x'}").event().createdAt();
        to.timers.advance(Duration.ofSeconds(10));
        Instant second = to.append("/b", "{'type':'x'}").event().createdAt();

        assertThat(to.log("/b").get(1).createdAt()).isEqualTo(ahead);
        assertThat(first).isEqualTo(ahead);
        assertThat(second).isEqualTo(ahead.plusSeconds(9));
        from.timers.advance(Duration.ofHours(2));
        from.append("/a", "{'type':'absurd'}");
        assertThatThrownBy(() -> copy("/a", "/c")).hasMessageContaining("is more than a day after the server's time");
        assertThat(to.eventCount("/c")).isZero();
    }

    @Test
    void should_take_what_an_append_would_refuse_but_a_stream_can_hold() {
        String deep = "[".repeat(61) + "]".repeat(61);
        try (EngineFixture small =
                new EngineFixture(Limits.builder().eventBytes(400).build())) {
            String large = "{'type':'large','oops':'" + "x".repeat(350) + "'}";
            small.append("/a", large);
            small.append("/a", "{'type':'deep','oops':{'deep':" + deep + "}}");
            small.append("/a/b", "{'type':'x'}"); // an announcement with a key of the service

            load(small, "/copy", lines(small.log("/a")));
            load(small, "/again", lines(small.log("/copy")));

            assertSame(small.log("/a"), small.log("/again"), "/a", "/again");
            assertThat(small.log("/a").get(1).json()).hasSizeGreaterThan(450);
        }
        String old = "'payload':{'never':'checked'},'offset':2,'createdAt':'2026-01-01T12:00:00.000Z'}";
        load(
                to,
                "/old",
                BORN + "{'streamPath':'/a','type':'https://events.iterate.com/events/stream/metadata-updated'," + old);
        assertThat(to.eventCount("/old")).isEqualTo(2);
    }

    @Test
    void should_refuse_a_path_that_has_a_stream() {
        from.append("/a", "{'type':'one'}");
        to.append("/taken/child", "{'type':'one'}");

        assertThatThrownBy(() -> copy("/a", "/taken"))
                .hasMessageContaining("import refused: ")
                .hasMessageContaining("/taken exists already")
                .cause()
                .extracting(failure -> ((StreamException) failure).code())
                .isEqualTo(Code.CONFLICT);
        assertThat(to.eventCount("/taken")).isEqualTo(2);
    }

    @Test
    void should_let_one_of_many_imports_to_the_same_path_win() {
        String log = (BORN + line(2, "")).replace('\'', '"');
        List<CompletableFuture<StreamHead>> imports = IntStream.range(0, 20)
                .mapToObj(i -> to.engine.importEvents(PUBLIC, path("/b"), log.getBytes(UTF_8)))
                .toList();

        long won = imports.stream()
                .filter(one -> one.handle((head, failure) -> failure == null).join())
                .count();

        assertThat(won).isEqualTo(1);
        assertThat(to.log("/b")).hasSize(2);
    }

    @Test
    void should_refuse_a_log_above_the_limits() {
        try (EngineFixture small =
                new EngineFixture(Limits.builder().forkEvents(2).forkBytes(700).build())) {
            assertThat(load(small, "/b", BORN + line(2, "") + line(3, "")).lastOffset())
                    .isEqualTo(3);
            assertTooLarge(
                    small,
                    BORN + line(2, "") + line(3, "") + line(4, ""),
                    "(line 4); the log has more than 2 events, at most 2 are imported (limit forkEvents)");
            assertTooLarge(small, BORN + " ".repeat(700), "at most 700 are imported (limit forkBytes)");
        }
        try (EngineFixture small =
                new EngineFixture(Limits.builder().eventBytes(150).build())) {
            String large = line(2, "'idempotencyKey':'" + "x".repeat(34_000) + "',");
            assertTooLarge(small, BORN + large, "(line 2); the event has");
        }
    }

    private static void assertTooLarge(EngineFixture target, String lines, String words) {
        assertThatThrownBy(() -> load(target, "/c", lines))
                .hasMessageContaining(words)
                .cause()
                .extracting(failure -> ((StreamException) failure).code())
                .isEqualTo(Code.TOO_LARGE);
        assertThat(target.eventCount("/c")).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                                               | (line 3); the line is not one JSON value
            {} {}                                           | (line 3); the line is not one JSON value: something follows the first value (column 4)
            []                                              | (line 3); expected an event, got an array
            {"streamPath":"/a"}                             | (line 3); createdAt: expected a string
            {"createdAt":"2026-01-01T12:00:00.000Z"}        | (line 3); streamPath: expected a string
            FROM,"type":"x","offset":3,"createdAt":"2026-01-01"}         | (line 3); createdAt: expected a time like
            FROM,"type":"x","offset":3,"createdAt":"2026-01-01T12:00Z"}  | (line 3); createdAt: expected a time like
            FROM,"type":"x",AT}                             | (line 3); expected offset 3, got none
            FROM,"type":"x","offset":2,AT}                  | (line 3); expected offset 3, got 2
            FROM,"type":"x","offset":4,AT}                  | (line 3); expected offset 3, got 4
            FROM,"type":"x","offset":-1,AT}                 | (line 3); offset: expected a positive integer, got -1
            FROM,"offset":3,AT}                             | (line 3); type: expected a string, got nothing
            FROM,"type":" ","offset":3,AT}                  | (line 3); type: expected 1 to 2048 characters
            FROM,"type":"x","payload":[1],"offset":3,AT}    | (line 3); payload: expected an object, got an array
            FROM,"type":"x","metadata":1,"offset":3,AT}     | (line 3); metadata: expected an object, got a number
            FROM,"type":"x","idempotencyKey":"","offset":3,AT}  | (line 3); idempotencyKey: expected a non-empty string
            FROM,"type":"x","idempotencyKey":"k","offset":3,AT} | (line 3); idempotencyKey 'k' is that of the event 2
            FROM,"type":"x","more":1,"offset":3,AT}         | (line 3); more: unknown field
            FROM,"type":"events.iterate.com/stream/created","offset":3,AT} | (line 3); a second events.iterate.com/stream/created
            {"streamPath":"/other","type":"x","offset":3,AT}    | (line 3); streamPath is '/other', and the first line is of /a
            FROM,"type":"x","offset":3,"createdAt":"2026-01-01T11:59:59.999Z"} | (line 3); createdAt 2026-01-01T11:59:59.999Z is before
            FROM,"type":"x","offset":3,"createdAt":"2999-01-01T00:00:00.000Z"} | (line 3); createdAt 2999-01-01T00:00:00.000Z is more than a day after
            FROM,"type":"x","payload":DEEP,"offset":3,AT}   | (line 3); the JSON nests at least 67 deep
            FROM,"type":"x","payload":{"n":1e99999},"offset":3,AT} | (line 3); the line is not one JSON value
            """)
    void should_name_the_line_and_what_is_wrong_and_store_nothing(String bad, String words) {
        String last = bad.replace("FROM", "{'streamPath':'/a'")
                .replace("AT}", "'createdAt':'2026-01-01T12:00:00.000Z'}")
                .replace("DEEP", "{'d':" + "[".repeat(65) + "]".repeat(65) + "}");

        assertRefused(BORN + line(2, "'idempotencyKey':'k',") + last, words);
        assertRefused(BORN + line(2, "'idempotencyKey':'k',") + last + "\n" + line(4, ""), words);
    }

    @Test
    void should_refuse_a_log_without_the_first_event_of_a_stream() {
        assertRefused("", "(line 1); there is no event");
        assertRefused("\n \n", "(line 2); there is no event");
        assertRefused(line(2, ""), "(line 1); expected offset 1, got 2");
        assertRefused(
                line(1, ""), "(line 1); the first event must be https://events.iterate.com/events/stream/initialized");
        assertRefused(BORN.replace("'projectSlug':'public',", ""), "(line 1); payload.projectSlug");
        assertRefused(BORN.replace("'streamPath':'/a'", "'streamPath':'Not A Path'"), "(line 1); ");
        assertRefused("\n" + BORN + "\n\nnothing", "(line 5); the line is not one JSON value");
    }

    private void assertRefused(String lines, String words) {
        assertThatThrownBy(() -> load(to, "/b", lines))
                .hasMessageContaining("import refused: /b " + words)
                .hasMessageContaining("; nothing was stored; ")
                .cause()
                .extracting(failure -> ((StreamException) failure).code())
                .isEqualTo(Code.BAD_REQUEST);
        assertThat(to.eventCount("/b")).isZero();
        assertThat(to.eventCount("/")).isZero();
    }

    @Test
    void should_show_a_tail_the_whole_log_and_what_comes_after() {
        for (int i = 0; i < 600; i++) {
            from.append("/a", "{'type':'t" + i + "'}");
        }
        copy("/a", "/b");
        RecordingSink sink = new RecordingSink();
        to.engine.tail(PUBLIC, path("/b"), 0, sink);
        to.append("/b", "{'type':'own'}");

        EngineFixture.eventually(() -> sink.offsets().size() == 602);
        assertThat(sink.offsets()).isSorted().doesNotHaveDuplicates();
    }
}
