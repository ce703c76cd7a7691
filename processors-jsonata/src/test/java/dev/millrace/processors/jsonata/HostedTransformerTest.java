package dev.millrace.processors.jsonata;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.processors.circuitbreaker.CircuitBreakerProvider;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transformers on a server. */
class HostedTransformerTest {
    private StreamEngine engine = engine(new InMemoryEventStore(), Map.of());
    private TransformerLog log = new TransformerLog(engine.streams(ProjectSlug.defaultProject()));

    private static StreamEngine engine(EventStore store, Map<String, String> settings) {
        return StreamEngine.builder(store)
                .settings(settings)
                .processors(List.of(new JsonataTransformerProvider(), new CircuitBreakerProvider()))
                .start();
    }

    private void restart(EventStore store, Map<String, String> settings) {
        engine.stop(Duration.ofSeconds(5));
        engine = engine(store, settings);
        log = new TransformerLog(engine.streams(ProjectSlug.defaultProject()));
    }

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(1));
    }

    @Test
    void should_normalise_a_webhook_body_that_was_no_event() {
        // given
        log.configure(
                "slack",
                "type = 'https://events.iterate.com/events/stream/invalid-event-appended' and payload.rawInput.team_id",
                "{'type': 'slack-message', 'payload': {'text': payload.rawInput.event.text, 'at': createdAt},"
                        + " 'metadata': {'team': payload.rawInput.team_id}}");

        // when
        Event raw = log.append(
                BuiltInType.INVALID_EVENT_APPENDED.type(),
                "{\"rawInput\":{\"team_id\":\"T1\",\"event\":{\"text\":\"hello\"}},\"error\":\"type: nothing\"}");
        Event derived = log.awaitOne("slack-message");

        // then
        assertThat(raw).hasOffset(3);
        assertThat(derived)
                .hasOffset(4)
                .hasPayloadJson("{\"text\":\"hello\",\"at\":\"" + JsonCodec.time(raw.createdAt()) + "\"}")
                .wasCausedBy("jsonata-transformer", 3);
        assertThat(derived.metadata().orElseThrow().path("team").textValue()).isEqualTo("T1");
        assertThat(derived.metadata().orElseThrow().path("jsonata"))
                .isEqualTo(JsonCodec.parse("{\"transformer\":\"slack\",\"depth\":1}"));
    }

    @Test
    void should_let_transformers_follow_one_another_and_derive_each_event_once() {
        // given
        log.configure("first", "type = 'source'", "{'type': 'mid', 'payload': {'n': payload.n + 1}}");
        log.configure("second", "type = 'mid'", "{'type': 'final', 'payload': {'n': payload.n * 10}}");

        // when
        log.append("source", "{\"n\":1}");
        log.awaitOne("final");
        log.settle();

        // then
        assertThat(log.events("mid")).hasSize(1);
        assertThat(log.events("final")).hasSize(1);
        assertThat(log.events("final").get(0)).hasPayloadJson("{\"n\":20}");
    }

    @Test
    void should_record_a_failure_once_and_go_on_with_the_other_transformers() {
        // given
        log.configure("throws", "type = 'source'", "$error('no luck')");
        log.configure("no-event", "type = 'source'", "{'type': '', 'extra': 1, 'payload': []}");
        log.configure("nothing", "type = 'source'", "payload.nothing");
        log.configure("matcher", "type & 1 + type", "{'type': 'never'}");
        log.configure("refused", "type = 'source'", "{'type': 'never', 'offset': 1}");
        log.configure("good", "type = 'source'", "{'type': 'derived'}");

        // when
        Event source = log.append("source", "{}");
        log.settle();

        // then
        assertThat(log.events("derived")).hasSize(1);
        assertThat(log.events("never")).isEmpty();
        List<Event> errors = log.errors().stream()
                .filter(error -> error.payloadJson().at("/error/source/offset").asLong() == source.offset())
                .toList();
        assertThat(errors)
                .extracting(
                        error -> error.payloadJson().at("/error/transformer").textValue() + " "
                                + error.payloadJson().at("/error/stage").textValue())
                .containsExactly(
                        "throws transform", "no-event result", "nothing result", "matcher matcher", "refused append");
        assertThat(errors.get(0).payloadJson().path("message").textValue())
                .startsWith("jsonata transformer failed: /agents/1@" + source.offset())
                .contains("no luck");
        assertThat(errors.get(1).payloadJson().path("message").textValue())
                .contains("type: expected 1 to 2048 characters")
                .contains("payload: expected an object, got an array")
                .contains("extra: unknown field");
    }

    @Test
    void should_not_look_at_the_records_of_its_own_failures() {
        // given
        log.configure("throws", "$error('always')", "{'type': 'never'}");

        // when
        log.append("source", "{}");
        log.settle();

        // then: one for each event that is not itself a record of a failure
        long others = log.events().stream()
                .filter(event -> event.offset() > 1 && !BuiltInType.ERROR_OCCURRED.matches(event.type()))
                .count();
        await().atMost(TransformerLog.BOUND)
                .untilAsserted(() -> assertThat(log.errors()).hasSize((int) others));
    }

    @Test
    void should_see_its_own_configuration_and_keep_a_place_when_configured_again() {
        // when
        Event configuration = log.configure("a", "payload.slug = 'a'", "{'type': 'seen', 'payload': {'by': 'a'}}");
        log.configure("b", "false", "{}");
        log.awaitOne("seen");
        log.configure("a", "false", "{'type': 'other'}");
        log.append(EventCatalog.nameOf(TransformerEvent.Removed.class), "{\"slug\":\"none\"}");

        // then
        assertThat(log.events("seen").get(0)).wasCausedBy("jsonata-transformer", configuration.offset());
        assertThat(JsonCodec.writeText(log.slice("jsonata-transformer")))
                .isEqualTo("{\"transformersBySlug\":{\"a\":{\"matcher\":\"false\",\"transform\":\"{'type': 'other'}\"},"
                        + "\"b\":{\"matcher\":\"false\",\"transform\":\"{}\"}}}");
    }

    @Test
    void should_stop_deriving_when_a_transformer_is_removed() {
        // given
        log.configure("gone", "type = 'source'", "{'type': 'derived'}");
        log.append("source", "{}");
        log.awaitOne("derived");

        // when
        log.append(EventCatalog.nameOf(TransformerEvent.Removed.class), "{\"slug\":\"gone\"}");
        log.append("source", "{}");
        log.settle();

        // then
        assertThat(log.events("derived")).hasSize(1);
    }

    @Test
    void should_keep_a_configuration_that_does_not_compile_as_an_invalid_event() {
        // when
        Event stored = log.configure("bad", "type = ", "{'type': 'x'");

        // then
        assertThat(stored).hasType(BuiltInType.INVALID_EVENT_APPENDED.type());
        assertThat(stored.payloadJson().path("error").textValue())
                .contains("payload.matcher: cannot compile JSONata")
                .contains("payload.transform: cannot compile JSONata");
    }

    @Test
    void should_end_a_loop_with_a_paused_stream_and_a_healthy_server() {
        // when
        log.configure("loop", "true", "{'type': 'again'}");

        // then
        await().atMost(TransformerLog.BOUND)
                .until(() -> log.slice("circuit-breaker").path("paused").asBoolean());
        assertThat(log.events().size()).isBetween(90, 2 * JsonataTransformer.MOST_DERIVATIONS);
        TransformerLog other = new TransformerLog(log.streams(), dev.millrace.core.StreamPath.of("/agents/2"));
        other.configure("fine", "type = 'source'", "{'type': 'derived'}");
        other.append("source", "{}");
        assertThat(other.awaitOne("derived")).isOn("/agents/2");
    }

    @Test
    void should_end_a_loop_without_a_breaker() {
        // given
        restart(new InMemoryEventStore(), Map.of("jsonata-transformer.most-derivations", "5"));
        log.append("https://events.iterate.com/events/stream/circuit-breaker-configured", "{\"enabled\":false}");

        // when
        log.configure("loop", "type = 'start' or type = 'again'", "{'type': 'again'}");
        log.append("start", "{}");

        // then
        await().atMost(TransformerLog.BOUND)
                .until(() -> log.slice("circuit-breaker").path("paused").asBoolean());
        assertThat(log.events("again")).hasSize(5);
        assertThat(log.errors()).hasSize(1);
        assertThat(log.errors().get(0).payloadJson().at("/error/stage").textValue())
                .isEqualTo("depth");
    }

    @Test
    void should_keep_a_hostile_transformer_from_delaying_other_streams() {
        // given
        TransformerLog hostile = new TransformerLog(log.streams(), dev.millrace.core.StreamPath.of("/agents/hostile"));
        hostile.configure("bomb", "type = 'boom'", "($f := function($s) { $f($s & $s) }; $f('x'))");
        log.configure("fine", "type = 'source'", "{'type': 'derived'}");

        // when
        IntStream.range(0, 20).forEach(i -> hostile.append("boom", "{}"));
        log.append("source", "{}");

        // then
        log.awaitOne("derived");
        await().atMost(TransformerLog.BOUND)
                .untilAsserted(() -> assertThat(hostile.errors()).hasSize(20));
    }

    @Test
    void should_honour_a_key_that_the_transform_gives() {
        // given
        log.configure(
                "dedupe",
                "type = 'delivery'",
                "{'type': 'message', 'payload': {'id': payload.id}, 'idempotencyKey': 'slack/' & payload.id}");

        // when
        log.append("delivery", "{\"id\":\"E1\"}");
        log.append("delivery", "{\"id\":\"E1\"}");
        log.append("delivery", "{\"id\":\"E2\"}");
        log.settle();

        // then
        assertThat(log.events("message"))
                .extracting(event -> event.payloadJson().path("id").textValue())
                .containsExactly("E1", "E2");
    }

    @Test
    void should_derive_each_event_once_across_a_restart(@TempDir Path directory) {
        // given
        restart(SqliteEventStore.open(directory), Map.of());
        log.configure("once", "type = 'source'", "{'type': 'derived', 'payload': {'of': offset}}");
        List<Event> sources =
                IntStream.range(0, 20).mapToObj(i -> log.append("source", "{}")).toList();

        // when
        engine.stop(Duration.ZERO); // while a transform is running; the store closes when its last call returns
        EventStore again = await().atMost(TransformerLog.BOUND)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(() -> SqliteEventStore.open(directory), opened -> true);
        restart(again, Map.of());
        log.settle();

        // then
        assertThat(log.events("derived"))
                .extracting(event -> event.payloadJson().path("of").asLong())
                .containsExactlyElementsOf(sources.stream().map(Event::offset).toList());
        assertThat(log.errors()).isEmpty();
    }

    @Test
    void should_leave_streams_without_transformers_alone() {
        log.append(EventInput.ofType("noted"));

        assertThat(log.slice("jsonata-transformer").path("transformersBySlug").isEmpty())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            https://events.iterate.com/events/stream/resumed|{}
            ` events.iterate.com/core/stream-paused `|{}
            millrace/processor-detached|{"processor": "x"}
            millrace/jsonata-transformer-removed|{"slug": "rule"}
            """)
    void should_not_let_a_rule_append_what_takes_more_than_append(String type, String payload) {
        log.configure("rule", "type = 'go'", "{'type': '" + type + "', 'payload': payload}");

        log.append("go", payload);
        log.settle();

        assertThat(log.events(type.strip())).isEmpty();
        assertThat(log.errors()).singleElement().satisfies(error -> {
            assertThat(error.payloadJson().at("/error/stage").textValue()).isEqualTo("append");
            assertThat(error.payloadJson().path("message").textValue())
                    .contains(
                            "jsonata transformer 'rule' may not append '" + type.strip() + "'", "\"mayControl\": true");
        });
    }

    @Test
    void should_let_a_rule_control_if_its_configuration_says_so() {
        log.append(
                "https://events.iterate.com/events/stream/jsonata-transformer-configured",
                "{\"slug\": \"rule\", \"matcher\": \"type = 'go'\", \"transform\": \"{'type':"
                        + " 'millrace/jsonata-transformer-removed', 'payload': {'slug': 'other'}}\", \"mayControl\": true}");

        log.append("go", "{}");

        log.awaitOne("millrace/jsonata-transformer-removed");
    }
}
