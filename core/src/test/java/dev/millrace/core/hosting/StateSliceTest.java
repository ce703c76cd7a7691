package dev.millrace.core.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateSliceTest {
    private static final JsonNode STATE = JsonCodec.parse("{\"b\":1,\"a\":{\"x\":null},\"c\":2}");

    @Test
    void should_move_what_is_not_shared_under_one_key() {
        assertThat(StateSlice.of(STATE, Set.of("a", "c", "other")))
                .hasToString("{\"a\":{\"x\":null},\"c\":2,\"millrace\":{\"b\":1}}");
        assertThat(StateSlice.of(STATE, Set.of("a", "b", "c"))).isEqualTo(STATE);
        assertThat(STATE).hasToString("{\"b\":1,\"a\":{\"x\":null},\"c\":2}");
    }

    @Test
    void should_split_the_objects_of_a_map() {
        JsonNode state = JsonCodec.parse("{\"n\":1,\"map\":{\"one\":{\"a\":1,\"b\":2},\"millrace\":{\"a\":3}}}");

        assertThat(StateSlice.ofMap(state, "map", Set.of("a")))
                .hasToString("{\"n\":1,\"map\":{\"one\":{\"a\":1},\"millrace\":{\"a\":3}},"
                        + "\"millrace\":{\"map\":{\"one\":{\"b\":2}}}}");
        assertThat(StateSlice.ofMap(JsonCodec.parse("{\"map\":{}}"), "map", Set.of()))
                .hasToString("{\"map\":{}}");
    }
}
