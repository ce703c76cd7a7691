package dev.millrace.core.internal.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.StateFormat;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateFormatTest {
    record Order(String id, Optional<Item> item, Map<String, List<Item>> more, Instant at, BigDecimal price) {}

    record Item(String name) {}

    /** Like {@link Order}, but a nested part has one more component. */
    record Purchase(String id, Optional<Piece> item, Map<String, List<Piece>> more, Instant at, BigDecimal price) {}

    record Piece(String name, int count) {}

    record Renamed(@JsonProperty("n") String name) {}

    sealed interface Shape {}

    record Circle(int radius) implements Shape {}

    record Square(int side, Colour colour) implements Shape {}

    enum Colour {
        RED,
        GREEN
    }

    record Drawing(List<Shape> shapes, Optional<Drawing> inner) {}

    static final class Plain {
        private int count;
        private transient int cache;

        int sum() {
            return count + cache;
        }
    }

    @Test
    void should_bring_a_state_back_from_its_json() {
        Order order = new Order(
                "1",
                Optional.of(new Item("a")),
                Map.of("b", List.of(new Item("b"))),
                Instant.parse("2026-01-01T00:00:00.123456789Z"),
                new BigDecimal("1.10"));
        StateFormat<Order> format = StateFormat.of(Order.class);

        assertThat(format.read(JsonCodec.parse(JsonCodec.write(format.write(order)))))
                .isEqualTo(order);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> format.read(JsonCodec.parse("{\"id\":1,\"item\":[]}")))
                .withMessageContaining("item");
    }

    @Test
    void should_name_the_shape_after_everything_it_is_made_of() {
        List<String> shapes = List.of(
                StateFingerprint.fingerprint(Order.class),
                StateFingerprint.fingerprint(Purchase.class),
                StateFingerprint.fingerprint(Item.class),
                StateFingerprint.fingerprint(Renamed.class),
                StateFingerprint.fingerprint(Shape.class),
                StateFingerprint.fingerprint(Circle.class),
                StateFingerprint.fingerprint(Drawing.class),
                StateFingerprint.fingerprint(Plain.class),
                StateFingerprint.fingerprint(String.class));

        assertThat(shapes)
                .doesNotHaveDuplicates()
                .allSatisfy(shape -> assertThat(shape).hasSize(16));
        assertThat(StateFormat.of(Order.class).schema()).isEqualTo(shapes.get(0));
        assertThat(new Plain().sum()).isZero();
    }

    @Test
    void should_let_the_user_say_what_the_shape_is_called() {
        assertThat(StateFormat.of(Item.class).schema("items-2").schema()).isEqualTo("items-2");

        StateFormat<String> own = StateFormat.of("words", TextNode::valueOf, json -> json.textValue() + "!");
        assertThat(own.schema()).isEqualTo("words");
        assertThat(own.read(own.write("hi"))).isEqualTo("hi!");
    }
}
