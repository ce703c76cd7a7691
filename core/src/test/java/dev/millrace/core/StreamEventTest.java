package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamEventTest {
    private final EventCatalog catalog = EventCatalog.of(StreamEvent.class);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://events.iterate.com/events/stream/paused",
                "https://events.iterate.com/paused",
                "events.iterate.com/core/paused",
                "events.iterate.com/stream/paused"
            })
    void should_be_decoded_in_every_spelling(String type) {
        assertThat(decode(type, "{'reason':'tea'}")).isEqualTo(new StreamEvent.Paused(Optional.of("tea")));
        assertThat(decode(type, "{}")).isEqualTo(new StreamEvent.Paused(Optional.empty()));
    }

    @Test
    void should_carry_every_field_of_the_payloads() {
        assertThat(decode("events.iterate.com/core/child-stream-created", "{'childPath':'/a'}"))
                .isEqualTo(new StreamEvent.ChildStreamCreated("/a"));
        assertThat(decode("millrace/processor-attached", "{'processor':'p','config':{'a':1},'subtree':true}"))
                .isEqualTo(new StreamEvent.ProcessorAttached(
                        "p", Optional.of(JsonCodec.parse("{\"a\":1}")), Optional.of(true)));
        assertThat(decode(
                        "millrace/effect-failed",
                        "{'processor':'p','version':2,'source':{'path':'/a','offset':9},'message':'m','attempts':4}"))
                .isEqualTo(new StreamEvent.EffectFailed(
                        "p", 2, new StreamEvent.Source("/a", 9), "m", 4, Optional.empty()));
    }

    @Test
    void should_decode_the_first_event_of_later_generations() {
        StreamEvent.Initialized first = new StreamEvent.Initialized("acme", "/a", Optional.empty());

        assertThat(decode("events.iterate.com/stream/created", "{'projectId':'acme','path':'/a'}"))
                .isEqualTo(first);
        assertThat(decode("events.iterate.com/core/stream-first-initialized", "{'namespace':'acme','path':'/a'}"))
                .isEqualTo(first);
        assertThat(decode("events.iterate.com/stream/created", "{'projectId':null,'path':'/a'}"))
                .as("a stream of no project")
                .isEqualTo(new StreamEvent.Initialized("", "/a", Optional.empty()));
        assertThat(decode("events.iterate.com/stream/created", "{'path':'/a'}")).isInstanceOf(MalformedPayload.class);
        assertThat(JsonCodec.writeText(first)).isEqualTo("{\"projectSlug\":\"acme\",\"path\":\"/a\"}");
    }

    @Test
    void should_write_what_the_payload_rules_of_its_type_accept() {
        assertFits(new StreamEvent.Initialized("public", "/", Optional.of(new StreamEvent.Source("/a", 3))));
        assertFits(
                new StreamEvent.InvalidEventAppended(JsonCodec.parse("null"), "e", Optional.empty(), Optional.empty()));
        assertFits(new StreamEvent.Paused(Optional.empty()));
        assertFits(new StreamEvent.Resumed(Optional.of("go")));
        assertFits(new StreamEvent.ProcessorAttached("p", Optional.empty(), Optional.empty()));
        assertFits(new StreamEvent.EffectFailed("p", 1, new StreamEvent.Source("/a", 1), "m", 1, Optional.of("reply")));
        assertFits(new StreamEvent.ProgressSaved("p", "/a", "", 7));
        assertFits(new StreamEvent.LeaseClaimed("p", "h", 1, "PT10S"));
        assertFits(new StreamEvent.LeaseRenewed("p", "h", 1, "PT10S"));
        assertFits(new StreamEvent.LeaseReleased("p", "h", 1, "PT10S"));
    }

    @Test
    void should_be_malformed_when_a_required_field_is_missing() {
        assertThat(decode("events.iterate.com/core/child-stream-created", "{}")).isInstanceOf(MalformedPayload.class);
    }

    private void assertFits(StreamEvent payload) {
        EventInput input = EventInput.of(payload);

        assertThat(BuiltInType.of(input.type()).orElseThrow().problems(input.payload()))
                .isEmpty();
        assertThat(catalog.decode(input.type(), input.payload())).isEqualTo(payload);
    }

    private Object decode(String type, String json) {
        return catalog.decode(type, JsonCodec.parse(json.replace('\'', '"')));
    }
}
