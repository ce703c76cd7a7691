package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.UpcastTest.Talk.Said;
import dev.millrace.core.internal.payload.Upcasts;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Reads old events with the classes of today. */
class UpcastTest {
    sealed interface Talk {
        @EventName("said")
        record Said(String text, String language) implements Talk {}

        @EventName("https://events.iterate.com/events/stream/paused")
        record Paused(Optional<String> reason) implements Talk {}
    }

    private static ObjectNode inEnglish(ObjectNode payload) {
        return payload.has("language") ? payload : payload.put("language", "en");
    }

    // region catalog
    private final EventCatalog catalog = EventCatalog.of(Talk.class)
            // today's payloads have a new field, language
            .upcast("said", payload -> payload.has("language") ? payload : payload.put("language", "en"))
            // before, the type was "spoke", and the field "words"
            .upcast(
                    "spoke",
                    "said",
                    payload -> payload.put("text", payload.remove("words").asText()))
            // before that, the type was "uttered", and the words were in "line"
            .upcast(
                    "uttered",
                    "spoke",
                    payload -> payload.put(
                            "words", payload.path("line").path("words").asText()));
    // endregion

    @Test
    void should_read_an_old_shape_an_old_type_and_a_chain_of_them() {
        assertThat(decode(catalog, "said", "{'text':'hei','language':'no'}")).isEqualTo(new Said("hei", "no"));
        assertThat(decode(catalog, "said", "{'text':'hi'}")).isEqualTo(new Said("hi", "en"));
        assertThat(decode(catalog, "spoke", "{'words':'hi'}")).isEqualTo(new Said("hi", "en"));
        assertThat(decode(catalog, "uttered", "{'line':{'words':'hi'}}")).isEqualTo(new Said("hi", "en"));
    }

    @Test
    void should_list_old_types_and_not_change_other_types() {
        assertThat(catalog.types()).contains("said", "spoke", "uttered").hasSize(4);
        assertThat(decode(catalog, "shouted", "{}")).isInstanceOf(UnknownPayload.class);
        assertThat(decode(EventCatalog.of(Talk.class), "spoke", "{'words':'hi'}"))
                .isInstanceOf(UnknownPayload.class);
    }

    @Test
    void should_leave_the_stored_event_as_it_is() {
        JsonNode stored = JsonCodec.parse("{\"words\":\"hi\"}");
        Event event = Event.builder()
                .path(StreamPath.of("/a"))
                .offset(1)
                .type("spoke")
                .payloadJson(stored)
                .createdAt(java.time.Instant.EPOCH)
                .build();

        Event decoded = event.decodedBy(catalog);

        assertThat(decoded.payload()).isEqualTo(new Said("hi", "en"));
        assertThat(decoded.type()).isEqualTo("spoke");
        assertThat(decoded.payloadJson()).isEqualTo(JsonCodec.parse("{\"words\":\"hi\"}"));
        assertThat(event.decodedBy(catalog)).isEqualTo(decoded);
    }

    @Test
    void should_find_built_in_types_under_every_spelling() {
        EventCatalog halted =
                EventCatalog.of(Talk.class).upcast("halted", "events.iterate.com/core/paused", payload -> payload);

        assertThat(decode(halted, "halted", "{'reason':'lunch'}")).isEqualTo(new Talk.Paused(Optional.of("lunch")));
    }

    @Test
    void should_be_malformed_if_an_upcast_fails_and_name_the_step() {
        assertThat(decode(catalog, "spoke", "{}")).isInstanceOfSatisfying(MalformedPayload.class, malformed -> {
            assertThat(malformed.type()).isEqualTo("spoke");
            assertThat(malformed.error()).contains("'spoke' to 'said'");
        });
        EventCatalog forgetful = EventCatalog.of(Talk.class).upcast("said", payload -> nothing());
        assertThat(decode(forgetful, "said", "{'text':'hi','language':'en'}"))
                .isInstanceOfSatisfying(
                        MalformedPayload.class,
                        malformed -> assertThat(malformed.error()).contains("null"));
        assertThat(decode(catalog, "uttered", "{'line':{}}")).isEqualTo(new Said("", "en"));
        assertThat(catalog.decode("spoke", JsonCodec.parse("[1]"))).isInstanceOf(MalformedPayload.class);
    }

    @SuppressWarnings("NullAway") // a wrong upcast returns null
    private static ObjectNode nothing() {
        return null;
    }

    @Test
    void should_refuse_upcasts_without_a_class_at_the_end() {
        EventCatalog talk = EventCatalog.of(Talk.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> talk.upcast("spoke", "sayed", UpcastTest::inEnglish))
                .withMessageContaining("'spoke' to 'sayed'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> talk.upcast("said", "spoke", UpcastTest::inEnglish))
                .withMessageContaining(Said.class.getName());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.upcast("spoke", "said", UpcastTest::inEnglish))
                .withMessageContaining("is already renamed to 'said'");
        assertThatIllegalArgumentException().isThrownBy(() -> catalog.upcast("spoke", UpcastTest::inEnglish));
    }

    @Test
    void should_refuse_a_circle() {
        UnaryOperator<ObjectNode> same = payload -> payload;
        Upcasts chain = Upcasts.NONE.with("a", "b", same).with("b", "c", same);

        assertThat(chain.end("a")).isEqualTo("c");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> chain.with("c", "a", same))
                .withMessageContaining("circle");
    }

    private static Object decode(EventCatalog catalog, String type, String payload) {
        return catalog.decode(type, JsonCodec.parse(payload.replace('\'', '"')));
    }
}
