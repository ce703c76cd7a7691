package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Processor;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No pure reducer is reported, whatever the type of its state. */
@Tag("jdk")
class PureReducersTest {
    private static void isPure(Processor<?> processor) {
        assertThat(processor).isPureOver(Note.log(0)).isPureOver(Note.log(30)).isPureOver(Note.log(220));
    }

    @Test
    void should_accept_a_record_of_a_list() {
        isPure(new Reducer<>(
                () -> History.EMPTY,
                (state, event) -> state.plus(((Note) event.payload()).text() + event.createdAt())));
    }

    @Test
    void should_accept_numbers_words_and_enums_as_states() {
        isPure(new Reducer<>(() -> 0, (state, event) -> state + 1));
        isPure(new Reducer<>(() -> "", (state, event) -> event.type() + event.offset()));
        isPure(new Reducer<>(() -> Thread.State.NEW, (state, event) -> Thread.State.BLOCKED));
    }

    @SuppressWarnings("ArrayRecordComponent") // that arrays have no equality is what this record is for
    record Everything(
            Optional<Instant> last,
            BigDecimal sum,
            double mean,
            long[] offsets,
            byte[] bytes,
            Map<String, Integer> counts,
            JsonNode raw) {

        static final Everything NOTHING = new Everything(
                Optional.empty(),
                BigDecimal.ZERO,
                0,
                new long[0],
                new byte[0],
                Map.of(),
                JsonNodeFactory.instance.objectNode());

        Everything plus(Event event) {
            Map<String, Integer> more = new HashMap<>(counts);
            more.merge(event.payloadJson().path("text").asText(), 1, Integer::sum);
            return new Everything(
                    Optional.of(event.createdAt()),
                    sum.add(new BigDecimal("0.10")),
                    event.offset() / 3.0,
                    new long[] {event.offset(), Long.MAX_VALUE},
                    event.type().getBytes(StandardCharsets.UTF_8),
                    more,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("offset", event.offset())
                            .put("small", 1L));
        }
    }

    @Test
    void should_accept_a_record_of_everything_although_its_arrays_have_no_equality() {
        isPure(new Reducer<>(() -> Everything.NOTHING, Everything::plus));
    }

    record Turn(String text, int length) {}

    /** Its state is a collection; only the declaration has the type of the items. */
    record Turns() implements Processor<List<Turn>> {
        @Override
        public String slug() {
            return "turns";
        }

        @Override
        public List<Turn> initialState() {
            return List.of();
        }

        @Override
        public List<Turn> reduce(List<Turn> state, Event event) {
            int before = state.isEmpty() ? 0 : state.get(state.size() - 1).length();
            List<Turn> more = new ArrayList<>(state);
            more.add(new Turn(event.type(), before + 1));
            return List.copyOf(more);
        }
    }

    @Test
    void should_accept_a_bare_list_and_a_bare_map() {
        isPure(new Turns());
        isPure(new Processor<Map<String, Long>>() {
            @Override
            public String slug() {
                return "counts";
            }

            @Override
            public Map<String, Long> initialState() {
                return Map.of();
            }

            @Override
            public Map<String, Long> reduce(Map<String, Long> state, Event event) {
                Map<String, Long> more = new HashMap<>(state);
                more.merge("k" + event.offset() % 7, 1L, Long::sum);
                return Map.copyOf(more);
            }
        });
    }

    @Test
    void should_accept_a_reducer_that_ignores_everything() {
        isPure(new Reducer<>(() -> History.EMPTY, (state, event) -> state));
    }

    @Test
    void should_accept_a_state_of_json() {
        isPure(new Reducer<JsonNode>(
                () -> JsonCodec.parse("{}"),
                (state, event) -> JsonNodeFactory.instance
                        .objectNode()
                        .put("n", event.offset())
                        .put("previous", state.path("n").longValue())));
    }

    @Test
    void should_fold_to_a_state_and_say_where_another_one_differs() {
        Reducer<History> reducer =
                new Reducer<>(() -> History.EMPTY, (state, event) -> state.plus(((Note) event.payload()).text()));

        assertThat(reducer).foldsTo(Note.log(3), new History(List.of("n1", "n2", "n3")));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(reducer).foldsTo(Note.log(3), new History(List.of("n1", "x", "n3"))))
                .withMessage("State of 'lab' after events (3 events) is not as expected; first difference at"
                        + " $.history[1]: expected \"x\" but was \"n2\"");
    }
}
