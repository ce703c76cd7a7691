package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCatalogTest {
    sealed interface Chat {
        @EventName("user-said")
        record UserSaid(String text, Optional<String> mood) implements Chat {}

        sealed interface Tool extends Chat {
            @EventName("tool-called")
            record Called(String name, int tries) implements Tool {}

            @EventName("tool-answered")
            record Answered(JsonNode result) implements Tool {}
        }

        @EventName("typed")
        final class Typed implements Chat {
            final String keys;

            @JsonCreator
            Typed(@JsonProperty("keys") String keys) {
                this.keys = keys;
            }
        }
    }

    /** A family whose member is an Immutables value. */
    public sealed interface Order {
        /** An order. */
        @EventName("order-placed")
        @Value.Immutable
        @MillraceStyle
        @JsonSerialize(as = ImmutablePlaced.class)
        @JsonDeserialize(as = ImmutablePlaced.class)
        non-sealed interface Placed extends Order {
            String item();

            Optional<Integer> count();
        }
    }

    sealed interface Nameless {
        record Forgotten(String text) implements Nameless {}
    }

    sealed interface NamelessEnum {
        enum Choice implements NamelessEnum {
            ONE
        }
    }

    @EventName("user-said")
    record Imposter(String text) {}

    @EventName("events.iterate.com/core/paused")
    record OtherPaused(Optional<String> reason) {}

    @EventName(" padded ")
    record Padded() {}

    @EventName("")
    record Blank() {}

    interface Open {}

    @EventName("strict")
    record Strict(String text) {
        Strict {
            if (text.isEmpty()) {
                throw new IllegalStateException("text must not be empty");
            }
        }
    }

    private final EventCatalog chat = EventCatalog.of(Chat.class);

    @Test
    void should_walk_nested_sealed_families() {
        assertThat(chat.types()).containsExactlyInAnyOrder("user-said", "tool-called", "tool-answered", "typed");
        assertThat(decode("user-said", "{'text':'hi','mood':'ok'}"))
                .isEqualTo(new Chat.UserSaid("hi", Optional.of("ok")));
        assertThat(decode("tool-called", "{'name':'grep','tries':2}")).isEqualTo(new Chat.Tool.Called("grep", 2));
        assertThat(decode("tool-answered", "{'result':null}"))
                .isEqualTo(new Chat.Tool.Answered(JsonCodec.parse("null")));
        assertThat(decode("typed", "{'keys':'abc'}"))
                .isInstanceOfSatisfying(
                        Chat.Typed.class, typed -> assertThat(typed.keys).isEqualTo("abc"));
    }

    @Test
    void should_accept_several_families_and_one_family_twice() {
        assertThat(EventCatalog.of(Chat.class, Strict.class, Chat.class).types())
                .hasSize(5)
                .contains("strict");
    }

    @Test
    void should_name_the_class_that_lacks_a_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalog.of(Nameless.class))
                .withMessageContaining(Nameless.Forgotten.class.getName())
                .withMessageContaining("@EventName");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalog.of(NamelessEnum.class))
                .withMessageContaining(NamelessEnum.Choice.class.getName());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventInput.of("just text"))
                .withMessageContaining("java.lang.String");
    }

    @Test
    void should_name_both_classes_that_claim_one_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalog.of(Chat.class, Imposter.class))
                .withMessageContainingAll("user-said", Chat.UserSaid.class.getName(), Imposter.class.getName());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalog.of(StreamEvent.class, OtherPaused.class))
                .withMessageContainingAll(StreamEvent.Paused.class.getName(), OtherPaused.class.getName());
    }

    @ParameterizedTest
    @ValueSource(classes = {Padded.class, Blank.class})
    void should_refuse_a_name_that_the_service_would_not_store_as_it_is(Class<?> payload) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalog.of(payload))
                .withMessageContainingAll(payload.getName(), "2048");
    }

    @Test
    void should_refuse_a_class_that_is_neither_a_family_nor_a_payload() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalog.of(Open.class))
                .withMessageContainingAll(Open.class.getName(), "sealed");
    }

    @Test
    void should_decode_an_event_of_another_type_as_unknown() {
        assertThat(decode("elsewhere", "{'a':1}"))
                .isEqualTo(new UnknownPayload("elsewhere", JsonCodec.parse("{\"a\":1}")));
        assertThat(EventCatalog.empty().decode("user-said", JsonCodec.parse("{}")))
                .isInstanceOf(UnknownPayload.class);
        assertThat(EventCatalog.empty().types()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'name':'grep'}", "{'name':'grep','tries':null}", "{'name':'grep','tries':'x'}"})
    void should_call_a_payload_malformed_and_name_the_field(String json) {
        assertThat(decode("tool-called", json)).isInstanceOfSatisfying(MalformedPayload.class, malformed -> {
            assertThat(malformed.type()).isEqualTo("tool-called");
            assertThat(malformed.error()).containsAnyOf("name", "tries");
        });
    }

    @Test
    void should_call_null_for_a_required_text_malformed_and_ignore_unknown_fields() {
        assertThat(decode("user-said", "{'text':null}")).isInstanceOf(MalformedPayload.class);
        assertThat(decode("user-said", "{'text':'hi','extra':[1]}"))
                .isEqualTo(new Chat.UserSaid("hi", Optional.empty()));
        assertThat(decode("user-said", "{'text':'hi','mood':null}"))
                .isEqualTo(new Chat.UserSaid("hi", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "7", "'text'"})
    void should_never_throw_for_any_payload(String json) {
        assertThat(decode("user-said", json)).isInstanceOf(MalformedPayload.class);
    }

    @Test
    void should_call_a_payload_that_its_class_refuses_malformed() {
        EventCatalog strict = EventCatalog.of(Strict.class);

        assertThat(strict.decode("strict", JsonCodec.parse("{\"text\":\"\"}")))
                .isInstanceOfSatisfying(
                        MalformedPayload.class,
                        malformed -> assertThat(malformed.error()).contains("text must not be empty"));
    }

    @Test
    void should_decode_an_immutables_value_inside_a_family() {
        EventCatalog orders = EventCatalog.of(Order.class);
        Order.Placed placed = ImmutablePlaced.builder().item("tea").count(2).build();

        EventInput input = EventInput.of(placed);

        assertThat(input.type()).isEqualTo("order-placed");
        assertThat(orders.types()).containsExactly("order-placed");
        assertThat(orders.decode(input.type(), input.payload())).isEqualTo(placed);
        assertThat(orders.decode("order-placed", JsonCodec.parse("{\"item\":\"tea\"}")))
                .isEqualTo(ImmutablePlaced.builder().item("tea").build());
        assertThat(orders.decode("order-placed", JsonCodec.parse("{\"count\":2}")))
                .isInstanceOfSatisfying(
                        MalformedPayload.class, bad -> assertThat(bad.error()).contains("item"));
    }

    @EventName("measured")
    record Measured(
            Optional<Double> exact,
            double value,
            Optional<Float> small,
            Optional<Instant> at,
            Optional<Duration> took) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'value':1e400}",
                "{'value':1,'took':1e400}",
                "{'value':-1e400}",
                "{'value':1,'exact':1e400}",
                "{'value':1,'small':1e40}",
                "{'value':1,'at':1e400}",
                "{'value':1,'at':1e30}",
            })
    void should_call_a_number_that_its_class_cannot_hold_malformed(String json) {
        assertThat(EventCatalog.of(Measured.class).decode("measured", JsonCodec.parse(json.replace('\'', '"'))))
                .isInstanceOf(MalformedPayload.class);
    }

    private Object decode(String type, String json) {
        return chat.decode(type, JsonCodec.parse(json.replace('\'', '"')));
    }

    @Test
    void should_read_its_types_in_every_spelling() {
        EventCatalog catalog = EventCatalog.of(StreamEvent.ProgressSaved.class);

        assertThat(BuiltInType.PROGRESS_SAVED.eventType().spellings())
                .isNotEmpty()
                .allMatch(catalog::reads);
        assertThat(catalog.reads("elsewhere")).isFalse();
        assertThat(catalog.upcast("elsewhere", old -> old).reads("elsewhere")).isTrue();
        assertThat(EventCatalog.empty().reads("elsewhere")).isFalse();
    }
}
