package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.internal.tail.SubtreeSubscriberSink;
import dev.millrace.engine.spi.StreamKey;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that another version or program wrote, and that this one cannot decode, do not stop any reader. */
class UndecodableEventsTest {
    private static final StreamPath PATH = path("/old");
    private static final String TIME = "2026-04-14T11:20:30.456Z";

    /** Each is the body of one event. */
    private static final List<String> STORED = List.of(
            ours("{\"n\":1e99999999999}"),
            ours("{\"n\":1e2147483648}"),
            ours("{\"n\":[1,2,{\"m\":-1e-2147483649}]}"),
            ours("{\"n\":" + "9".repeat(5_000) + "}"),
            ours("{\"n\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}"),
            ours("{\"" + "k".repeat(100_000) + "\":1}"),
            ours("{},\"metadata\":{\"n\":1e99999999999}"),
            ours("{\"text\":\"\u00e4\"}"), // written as ISO 8859-1
            ours("{\"text\":\"unfinished}"),
            ours("[1]"),
            ours("{\"text\":\n\"two lines\",\"n\":1e99999999999}"),
            "\"version\":2",
            "not JSON",
            "");

    private static String ours(String payload) {
        return "\"type\":\"t\",\"payload\":" + payload;
    }

    private final EngineFixture fixture = new EngineFixture();
    private static final int LAST = 2 + STORED.size();

    @BeforeEach
    void write() {
        fixture.append("/old", "{'type':'first'}");
        StreamKey stream = new StreamKey(PUBLIC, PATH);
        for (String body : STORED) {
            long offset = fixture.store.head(stream).orElseThrow().lastOffset() + 1;
            StoredDirectly.commit(
                    fixture.store,
                    StoredDirectly.event(
                            fixture.store,
                            stream,
                            Instant.parse(TIME),
                            "t",
                            Optional.of("key-" + offset),
                            body.getBytes(ISO_8859_1)));
        }
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void should_be_read_as_malformed_with_what_the_store_knows() {
        List<Event> read = get(fixture.engine.streams(PUBLIC).read(PATH, ReadRange.all()));

        check(read);
    }

    private void check(List<Event> read) {
        assertThat(read).hasSize(LAST);
        for (int i = 2; i < LAST; i++) {
            Event event = read.get(i);
            assertThat(event.path()).isEqualTo(PATH);
            assertThat(event.offset()).isEqualTo(i + 1);
            assertThat(event.type()).isEqualTo("t");
            assertThat(event.createdAt()).isEqualTo(TIME);
            assertThat(event.payload()).as(STORED.get(i - 2)).isInstanceOf(MalformedPayload.class);
            assertThat(event.payloadJson().isTextual()).isTrue();
        }
        assertThat(read.get(2).payloadJson().textValue()).isEqualTo("{\"n\":1e99999999999}");
        assertThat(read.get(8).payloadJson().textValue()).contains("\"metadata\":{\"n\":1e99999999999}");
    }

    @Test
    void should_be_followed_by_a_subscription() {
        List<Event> seen = new CopyOnWriteArrayList<>();
        Subscription subscription = fixture.engine.streams(PUBLIC).subscribe(PATH, 0, seen::add);
        eventually(() -> seen.size() == LAST);
        check(seen);
        fixture.append("/old", "{'type':'next'}");
        eventually(() -> seen.size() == LAST + 1);
        subscription.close();
    }

    @Test
    void should_be_followed_by_the_subscription_of_a_subtree() {
        List<Event> seen = new CopyOnWriteArrayList<>();
        Subscription subscription = fixture.engine.tailSubtree(
                new StreamKey(PUBLIC, StreamPath.root()),
                0,
                false,
                ended -> new SubtreeSubscriberSink(
                        new SubtreeSubscriber() {
                            @Override
                            public void onStream(StreamPath path, ConnectionInfo connected) {}

                            @Override
                            public void onEvent(Event event) {
                                seen.add(event);
                            }
                        },
                        ended));
        fixture.append("/old", "{'type':'next'}");
        eventually(() -> seen.stream().anyMatch(event -> event.type().equals("next")));
        subscription.close();
        List<Event> old = seen.stream()
                .filter(event -> event.path().equals(PATH) && event.type().equals("t"))
                .toList();
        assertThat(old).hasSize(STORED.size());
        assertThat(old).allSatisfy(event -> assertThat(event.payload()).isInstanceOf(MalformedPayload.class));
    }

    private record Counting() implements Processor<Long> {
        @Override
        public String slug() {
            return "counting";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.empty();
        }

        @Override
        public Long initialState() {
            return 0L;
        }

        @Override
        public Long reduce(Long count, Event event) {
            return count + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Long count, Event event, Effects<Long> effects) {
            return event.type().equals("next")
                    ? Effects.done(effects.append(EventInput.ofType("counted")))
                    : Effects.none();
        }
    }

    @Test
    void should_be_reduced_and_reported_by_a_runner() {
        try (ProcessorRunner<Long> runner =
                ProcessorRunner.builder(fixture.engine.streams(PUBLIC), new Counting()).stream(PATH)
                        .effectsFrom(EffectStartPolicy.BEGINNING)
                        .start()) {
            fixture.append("/old", "{'type':'next'}");

            eventually(() -> fixture.log("/old").stream()
                    .anyMatch(record -> record.type().equals("counted")));
            eventually(() -> fixture.log("/old").stream()
                            .filter(record -> BuiltInType.PAYLOAD_MALFORMED.matches(record.type()))
                            .count()
                    == STORED.size());
            assertThat(runner.ended()).isNotDone();
        }
    }

    @Test
    void should_not_stop_the_state_or_a_fork() {
        assertThat(get(fixture.engine.streams(PUBLIC).state(PATH)).eventCount()).isEqualTo(LAST);
        get(fixture.engine.streams(PUBLIC).fork(PATH, LAST, path("/copy")));

        assertThat(get(fixture.engine.streams(PUBLIC).read(path("/copy"), ReadRange.all())))
                .hasSize(LAST)
                .last()
                .satisfies(event -> assertThat(event.payload()).isInstanceOf(MalformedPayload.class));
    }

    @Test
    void should_be_answered_to_an_append_with_the_same_key() {
        for (long offset = 3; offset <= LAST; offset++) {
            EventInput input = EventInput.builder()
                    .type("t")
                    .idempotencyKey("key-" + offset)
                    .build();

            var answer = get(fixture.engine.streams(PUBLIC).append(PATH, input));

            assertThat(answer.replayed()).isTrue();
            assertThat(answer.event().offset()).isEqualTo(offset);
        }
    }

    @Test
    void should_not_be_appended_by_this_version() {
        for (String number : List.of("1e99999999999", "1e10001", "-1e-10001", "9".repeat(1001))) {
            String json = "{\"type\":\"t\",\"payload\":{\"n\":\n" + number + "}}";

            assertThatThrownBy(() -> get(fixture.engine.append(PUBLIC, PATH, List.of(json.getBytes(UTF_8)))))
                    .cause()
                    .isInstanceOfSatisfying(
                            StreamException.class,
                            e -> assertThat(e.code()).isEqualTo(StreamException.Code.BAD_REQUEST))
                    .hasMessageContaining("the number " + number.substring(0, Math.min(7, number.length())))
                    .hasMessageContaining("line 2, column 1");
        }
        EventInput tooLarge = EventInput.builder()
                .type("t")
                .payload(JsonCodec.toTree(Map.of("n", new BigDecimal("1e10001"))))
                .build();
        assertThatThrownBy(() -> get(fixture.engine.streams(PUBLIC).append(PATH, tooLarge)))
                .cause()
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("the number 1E+10001");
    }
}
