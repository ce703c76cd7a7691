package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.testkit.log.RecordedLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One test for each kind of impurity: it is found, and the message names the place. */
@Tag("jdk")
class ImpureReducersTest {
    private static String refusal(Reducer<?> reducer) {
        return refusal(reducer, Note.log(12));
    }

    private static String refusal(Reducer<?> reducer, RecordedLog log) {
        AssertionError error = catchThrowableOfType(
                AssertionError.class, () -> assertThat(reducer).isPureOver(log));
        assertThat(error).as("caught").isNotNull();
        return String.valueOf(error.getMessage());
    }

    private static Reducer<History> history(java.util.function.BiFunction<History, Event, History> reducing) {
        return new Reducer<>(() -> History.EMPTY, reducing);
    }

    @Test
    void should_catch_the_clock() {
        String refusal = refusal(history((state, event) -> state.plus(Instant.now())));

        assertThat(refusal)
                .matches("Reducer of 'lab' is not pure: noted at /test@1 gave two different states; first difference at"
                        + " \\$\\.history\\[0\\]: \"[^\"]+\" and \"[^\"]+\"; take time from event\\.createdAt\\(\\) and"
                        + " ids from the event, and keep everything else in the state");
    }

    @Test
    void should_catch_the_clock_in_milliseconds_although_two_calls_take_less() {
        Reducer<Long> reducer = new Reducer<>(() -> 0L, (state, event) -> System.currentTimeMillis());

        assertThat(refusal(reducer))
                .startsWith("Reducer of 'lab' is not pure: noted at /test@")
                .contains(" gave two different states; first difference at $: 1");
    }

    @Test
    void should_catch_random_ids_and_random_numbers() {
        Random random = new Random(1);

        assertThat(refusal(history((state, event) -> state.plus(UUID.randomUUID()))))
                .contains("noted at /test@1 gave two different states");
        assertThat(refusal(history((state, event) -> state.plus(random.nextLong()))))
                .contains("noted at /test@1 gave two different states");
    }

    @Test
    void should_catch_a_counter_in_the_processor() {
        AtomicInteger counter = new AtomicInteger();

        assertThat(refusal(history((state, event) -> state.plus(counter.incrementAndGet()))))
                .contains("noted at /test@1 gave two different states; first difference at $.history[0]: \"1\" and"
                        + " \"2\"");
    }

    @Test
    void should_catch_a_counter_that_shows_only_every_tenth_time() {
        AtomicInteger counter = new AtomicInteger();

        assertThat(refusal(
                        history((state, event) -> counter.incrementAndGet() % 10 == 0 ? state.plus("tenth") : state)))
                .contains("noted at /test@5 gave two different states; first difference at $.history[0]: nothing and"
                        + " \"tenth\"");
    }

    @Test
    void should_catch_the_identity_of_objects() {
        assertThat(refusal(history((state, event) -> state.plus(System.identityHashCode(new Object())))))
                .contains("gave two different states");
    }

    /** Has the hash code of its identity. */
    private static final class Plain {
        private final String name;

        Plain(String name) {
            this.name = name;
        }
    }

    private static List<String> inHashOrder(Stream<String> names) {
        return names.map(Plain::new).collect(Collectors.toCollection(HashSet::new)).stream()
                .map(plain -> plain.name)
                .toList();
    }

    @Test
    void should_say_what_to_do_about_the_order_of_identity_hash_codes() {
        String order = "; only the order differs, as it does if a HashMap or HashSet has keys whose hash code is their"
                + " identity (enums, and classes without hashCode()), or for Set.of and Map.of: use the object's fields,"
                + " or an enum's name(), keep the order with LinkedHashMap, TreeMap or EnumMap, or sort";

        assertThat(refusal(new Reducer<List<String>>(
                        List::of,
                        (state, event) -> inHashOrder(IntStream.range(0, 20).mapToObj(i -> "n" + i)))))
                .contains("gave two different states; first difference at $[")
                .contains(order);
        AssertionError enums = catchThrowableOfType(
                AssertionError.class,
                () -> assertThat(new ImpureStates.OrderOfHashedEnums()).isPureOver(Note.log(3)));
        assertThat(enums)
                .hasMessageContaining("gave another state in another JVM")
                .hasMessageContaining(order);
    }

    @Test
    void should_catch_a_difference_that_only_equals_sees() {
        final class Hidden {
            private final Object identity = new Object();

            @JsonProperty
            int visible() {
                return 1;
            }

            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Hidden hidden && hidden.identity == identity;
            }

            @Override
            public int hashCode() {
                return 1;
            }
        }

        assertThat(refusal(new Reducer<>(Hidden::new, (state, event) -> new Hidden())))
                .contains("noted at /test@1 gave two different states; their JSON is equal, but equals() returns"
                        + " false");
    }

    @Test
    void should_catch_a_reducer_that_changes_its_state() {
        Reducer<List<String>> reducer = new Reducer<>(ArrayList::new, (state, event) -> {
            state.add(event.type());
            return state;
        });

        assertThat(refusal(reducer))
                .isEqualTo("Reducer of 'lab' is not pure: noted at /test@1 changed the state it was given; first"
                        + " difference at $[0]: nothing and \"noted\"; return a new state and do not change the old"
                        + " one");
    }

    @Test
    void should_catch_a_reducer_that_changes_its_state_once_and_copies_from_then_on() {
        Reducer<List<String>> reducer = new Reducer<>(ArrayList::new, (state, event) -> {
            if (state.size() == 3) {
                state.add("sneaked in");
            }
            List<String> copy = new ArrayList<>(state);
            copy.add(event.type());
            return copy;
        });

        assertThat(refusal(reducer)).contains("noted at /test@4 changed the state it was given");
    }

    @Test
    void should_catch_a_reducer_that_changes_the_event() {
        assertThat(refusal(history((state, event) -> {
                    ((ObjectNode) event.payloadJson()).put("seen", true);
                    return state;
                })))
                .isEqualTo("Reducer of 'lab' is not pure: noted at /test@1 changed the event it was given; first"
                        + " difference at $[0].payload.seen: nothing and true; copy what you want to change");
    }

    /** Counts in a field that its JSON lacks, and shows the count from the third event on. */
    static final class Forgetful {
        @JsonProperty
        private final List<Integer> shown;

        @JsonIgnore
        private final transient int count;

        @JsonCreator
        Forgetful(@JsonProperty("shown") List<Integer> shown) {
            this(shown, 0);
        }

        private Forgetful(List<Integer> shown, int count) {
            this.shown = shown;
            this.count = count;
        }

        Forgetful next() {
            List<Integer> more = new ArrayList<>(shown);
            if (count >= 2) {
                more.add(count);
            }
            return new Forgetful(more, count + 1);
        }
    }

    @Test
    void should_catch_a_hidden_field() {
        Reducer<Forgetful> reducer = new Reducer<>(() -> new Forgetful(List.of()), (state, event) -> state.next());

        assertThat(refusal(reducer))
                .isEqualTo("Reducer of 'lab' is not pure: noted at /test@3 gave another state after its input state was"
                        + " written as JSON and read back; first difference at $.shown[0]: 2 and nothing; the state has"
                        + " data that its JSON lacks, for example a transient or ignored field, or depends on the"
                        + " identity of an object; write the data to the JSON or remove it from the state");
    }

    /** Writes a field that it does not read. */
    static final class Lossy {
        private final int count;

        @JsonCreator
        Lossy() {
            this(0);
        }

        private Lossy(int count) {
            this.count = count;
        }

        @JsonProperty
        int shown() {
            return count;
        }
    }

    @Test
    void should_catch_a_state_that_loses_a_field_on_the_way_through_json() {
        Reducer<Lossy> reducer = new Reducer<>(Lossy::new, (state, event) -> new Lossy(7));

        assertThat(refusal(reducer))
                .isEqualTo(
                        "State of 'lab' changes when it is written as JSON and read back: after noted at /test@1; first"
                                + " difference at $.shown: 7 and 0; write and read the same fields");
    }

    @Test
    void should_catch_memory_of_an_earlier_fold() {
        AtomicInteger folds = new AtomicInteger();
        Reducer<History> reducer = new Reducer<>(
                () -> {
                    folds.incrementAndGet();
                    return History.EMPTY;
                },
                (state, event) -> folds.get() > 1 && event.offset() == 4 ? state.plus("again") : state.plus("first"));

        assertThat(refusal(reducer))
                .contains("noted at /test@4 gave two different states in two folds of the log; first difference at"
                        + " $.history[3]: \"first\" and \"again\"; some data of the first fold is kept outside");
    }

    @Test
    void should_catch_an_initial_state_that_is_never_the_same() {
        Reducer<History> reducer = new Reducer<>(() -> History.EMPTY.plus(System.nanoTime()), (state, event) -> state);

        assertThat(refusal(reducer))
                .startsWith("initialState() of 'lab' gave two different states; first difference at $.history[0]: ")
                .endsWith("; use only constants in it");
    }

    @Test
    void should_name_the_event_at_which_a_reducer_throws_or_returns_nothing() {
        assertThat(refusal(history((state, event) -> state.plus(state.history().get(0)))))
                .contains("Reducer of 'lab' threw: noted at /test@1; java.lang.")
                .contains("return the same state for an event that it cannot use");
        assertThat(refusal(new Reducer<>(() -> History.EMPTY, ImpureReducersTest::nothing)))
                .isEqualTo("Reducer of 'lab' returned null: noted at /test@1; return the same state for an event that"
                        + " changes nothing");
    }

    @SuppressWarnings("NullAway") // what a careless reducer does
    private static History nothing(History state, Event event) {
        return null;
    }

    @Test
    void should_say_when_a_state_cannot_become_json_or_come_back() {
        record Looping(List<Object> self) {}
        List<Object> loop = new ArrayList<>();
        loop.add(loop);
        class NoWayBack {
            private final int count;

            NoWayBack(int count) {
                this.count = count;
            }

            @JsonProperty
            int count() {
                return count;
            }
        }

        assertThat(refusal(new Reducer<>(() -> new Looping(loop), (state, event) -> state)))
                .startsWith("State of 'lab' cannot be written as JSON: before noted at /test@1; ");
        assertThat(refusal(new Reducer<>(() -> new NoWayBack(1), (state, event) -> state)))
                .startsWith("State of 'lab' cannot be read from its JSON: before the first event; ")
                .contains("; the JSON was {\"count\":1}; make NoWayBack a record, or tell Jackson how to create it");
    }

    @Test
    void should_catch_a_hidden_field_deep_in_a_long_log() {
        Reducer<Forgetful> reducer = new Reducer<>(
                () -> new Forgetful(List.of()), (state, event) -> event.offset() < 900 ? state : state.next());

        assertThat(refusal(reducer, Note.log(1_000))).contains("noted at /test@902 gave another state after");
    }
}
