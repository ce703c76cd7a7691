package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.fixture.ProcessorFixture;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.immutables.value.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A processor whose state and payloads are Immutables values, run and checked like any other. */
@Tag("jdk")
class ImmutablesProcessorTest {
    /** An event of an order. */
    public sealed interface OrderEvent {
        /** Something was ordered. */
        @EventName("order-placed")
        @Value.Immutable
        @JsonSerialize(as = ImmutablePlaced.class)
        @JsonDeserialize(as = ImmutablePlaced.class)
        non-sealed interface Placed extends OrderEvent {
            String item();

            @Value.Default
            default int count() {
                return 1;
            }

            Optional<String> note();
        }

        /** It was packed. */
        @EventName("order-packed")
        @Value.Immutable
        @JsonSerialize(as = ImmutablePacked.class)
        @JsonDeserialize(as = ImmutablePacked.class)
        non-sealed interface Packed extends OrderEvent {
            List<String> items();
        }
    }

    /** The items to pack. */
    @Value.Immutable
    @JsonSerialize(as = ImmutableBasket.class)
    @JsonDeserialize(as = ImmutableBasket.class)
    public interface Basket {
        /** The ordered items that are not packed yet. */
        List<String> waiting();

        /** The number of packed items. */
        @Value.Default
        default int packed() {
            return 0;
        }
    }

    private record Packer() implements Processor<Basket> {
        @Override
        public String slug() {
            return "packer";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(OrderEvent.class);
        }

        @Override
        public Basket initialState() {
            return ImmutableBasket.builder().build();
        }

        @Override
        public Basket reduce(Basket basket, Event event) {
            if (event.payload() instanceof OrderEvent.Placed placed) {
                return ImmutableBasket.builder()
                        .from(basket)
                        .addWaiting(placed.count() + " " + placed.item())
                        .build();
            }
            if (event.payload() instanceof OrderEvent.Packed packed) {
                return ImmutableBasket.builder()
                        .packed(basket.packed() + packed.items().size())
                        .build();
            }
            return basket;
        }

        @Override
        public CompletionStage<Void> afterAppend(Basket basket, Event event, Effects<Basket> effects) {
            return basket.waiting().size() < 2
                    ? Effects.none()
                    : Effects.done(effects.append(
                            ImmutablePacked.builder().items(basket.waiting()).build()));
        }
    }

    @Test
    void should_run_and_stay_pure_with_immutables_as_state_and_payloads() {
        ProcessorFixture.of(new Packer())
                .givenEvents(
                        ImmutablePlaced.builder().item("apple").note("ripe").build())
                .when(ImmutablePlaced.builder().item("pear").count(2).build())
                .thenAppended(
                        ImmutablePacked.builder().addItems("1 apple", "2 pear").build())
                .thenState(basket -> assertThat(basket)
                        .isEqualTo(ImmutableBasket.builder().packed(2).build()));
    }
}
