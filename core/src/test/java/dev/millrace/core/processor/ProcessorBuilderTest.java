package dev.millrace.core.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProcessorBuilderTest {
    sealed interface Counting {
        @EventName("added")
        record Added(int n) implements Counting {}

        @EventName("doubled")
        record Doubled() implements Counting {}
    }

    // region builder
    private final Processor<Integer> sum = Processor.builder("sum", 0)
            .on(Counting.Added.class, (sum, added) -> sum + added.n())
            .on(Counting.Doubled.class, (sum, doubled) -> sum * 2)
            .version(3)
            .build();
    // endregion

    @Test
    void should_apply_the_reductions_in_the_given_order() {
        int state = sum.initialState();
        state = sum.reduce(state, event("added", "{\"n\":4}"));
        state = sum.reduce(state, event("doubled", "{}"));
        state = sum.reduce(state, event("other", "{}"));
        assertThat(state).isEqualTo(8);
        assertThat(sum.slug()).isEqualTo("sum");
        assertThat(sum.version()).isEqualTo(3);
        assertThat(sum.events().types()).containsExactlyInAnyOrder("added", "doubled");
        assertThat(sum).hasToString("processor 'sum' v3");
    }

    @Test
    void should_need_a_lease_only_if_it_was_given_a_length() {
        Processor<Integer> leased =
                Processor.builder("sum", 0).lease(Duration.ofSeconds(10)).build();
        ForwardingProcessor<Integer> wrapper = () -> leased;

        assertThat(sum.lease()).isEmpty();
        assertThat(leased.lease()).contains(Duration.ofSeconds(10));
        assertThat(wrapper.lease()).contains(Duration.ofSeconds(10));
    }

    @Test
    void should_return_the_same_state_for_an_event_that_changes_nothing() {
        Processor<String> named = Processor.builder("named", "a state")
                .on(Counting.class, (state, any) -> state + "!")
                .build();

        assertThat(named.reduce(named.initialState(), event("other", "{}"))).isSameAs(named.initialState());
        assertThat(named.reduce("x", event("added", "{\"n\":1}").decodedBy(named.events())))
                .isEqualTo("x!");
    }

    @Test
    void should_use_the_catalog_it_was_given() {
        EventCatalog catalog = EventCatalog.of(Counting.class).upcast("plus", "added", payload -> payload);
        Processor<Integer> upcasting = Processor.builder("sum", 0)
                .events(catalog)
                .on(Counting.Added.class, (sum, added) -> sum + added.n())
                .build();

        assertThat(upcasting.reduce(1, event("plus", "{\"n\":2}").decodedBy(upcasting.events())))
                .isEqualTo(3);
    }

    @Test
    void should_do_nothing_without_functions() {
        Processor<Integer> silent = Processor.builder("silent", 0).build();

        assertThat(silent.reduce(7, event("added", "{\"n\":4}"))).isEqualTo(7);
        assertThat(silent.events().types()).isEmpty();
    }

    @Test
    void should_refuse_a_second_effect_and_a_class_without_a_name() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Processor.builder("two", 0)
                        .after(Counting.Added.class, (sum, added, effects) -> Effects.none())
                        .afterEvent((sum, event, effects) -> Effects.none()))
                .withMessageContaining("'two'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Processor.builder("text", 0)
                        .on(String.class, (sum, text) -> sum)
                        .build())
                .withMessageContaining("java.lang.String");
    }

    private Event event(String type, String payload) {
        return Event.builder()
                .path(StreamPath.of("/a"))
                .offset(1)
                .type(type)
                .payloadJson(JsonCodec.parse(payload))
                .createdAt(Instant.EPOCH)
                .build()
                .decodedBy(sum.events());
    }
}
