package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.CHILD_STREAM_CREATED;
import static dev.millrace.core.BuiltInType.PAUSED;
import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule against loops that are slower than the window: events of alternating types. */
class AlternationRuleTest {
    private static final String NO_WINDOW = """
            {"burstCapacity": 1000000, "refillRatePerMinute": 1000000}""";

    private final BreakerLog log = new BreakerLog();

    /** Appends events of these types in turn, {@code apart} milliseconds after one another. */
    private static BreakerLog inTurn(BreakerLog log, int events, long apart, String... types) {
        for (int i = 0; i < events; i++) {
            log.millis(i == 0 ? 0 : apart).event(types[i % types.length], "{}");
        }
        return log;
    }

    private BreakerLog loop(int events, long apart) {
        return inTurn(log, events, apart, "ping", "pong");
    }

    /** 90, 50 and 10 events per second, and the slowest loop that is caught. */
    @ParameterizedTest
    @ValueSource(longs = {11, 20, 100, 120})
    void should_trip_at_the_501st_event_of_a_loop(long apart) {
        assertThat(loop(500, apart).reason()).isEmpty();

        log.millis(apart).event("ping", "{}");

        assertThat(log.trippedAt()).hasValue(501L);
    }

    @Test
    void should_give_the_types_and_the_rate_as_evidence() {
        loop(501, 100);

        PendingTrip trip = log.state().tripped().orElseThrow();
        assertThat(trip.reason())
                .isEqualTo("circuit breaker tripped: 500 events in under 60 seconds had another type than the event"
                        + " before (pong, ping; 10.0 events per second)");
        assertThat(trip.evidence()).isEqualTo(JsonCodec.parse("""
                {"rule": "alternation", "events": 500, "withinMs": 49900, "eventsPerSecond": 10.0, "limit": 500,
                 "seconds": 60, "types": ["pong", "ping"]}"""));
    }

    @Test
    void should_trip_for_a_loop_of_three_and_name_at_most_four_types() {
        inTurn(log, 501, 50, "a", "b", "c");
        assertThat(log.trippedAt()).hasValue(501L);
        assertThat(types(log)).containsExactly("a", "b", "c");

        BreakerLog many = inTurn(new BreakerLog(), 501, 50, "a", "b", "c", "d", "e", "f");
        assertThat(types(many)).containsExactly("f", "a", "b", "c");
    }

    private static List<String> types(BreakerLog log) {
        JsonNode types = log.state().tripped().orElseThrow().evidence().path("types");
        return IntStream.range(0, types.size())
                .mapToObj(i -> types.get(i).textValue())
                .toList();
    }

    @Test
    void should_not_catch_a_slower_loop() {
        assertThat(loop(5_000, 121).reason()).isEmpty();
    }

    @Test
    void should_not_catch_a_loop_in_which_one_side_has_provenance_or_both_write_one_type() {
        for (int i = 0; i < 3_000; i++) {
            log.millis(20).event("ping", "{}").millis(20).written("pong");
        }
        assertThat(log.reason()).isEmpty();

        log.millis(5_000);
        assertThat(inTurn(log, 3_000, 20, "ball-hit").reason()).isEmpty();
    }

    @Test
    void should_leave_one_producer_of_one_type_alone() {
        for (int i = 0; i < 90 * 60 * 10; i++) {
            log.millis(11).event("measured", "{}");
            assertThat(log.state().tripped()).isEmpty();
        }
    }

    /** The host of the tools is a program in another language, whose events have no provenance. */
    @Test
    void should_leave_the_log_of_an_agent_with_twenty_parallel_tools_alone() {
        for (int turn = 0; log.all().size() < 50_000; turn++) {
            log.millis(3_000).event("agent-input-added", "{}").written("llm-request-started");
            for (int i = 0; i < 200; i++) {
                log.millis(3).written("llm-chunk-added");
            }
            log.written("llm-item-completed").written("llm-request-completed");
            for (int call = 0; call < 20; call++) {
                log.written("tool-call-requested");
            }
            for (String type : List.of("started", "progressed", "completed")) {
                for (int call = 0; call < 20; call++) {
                    log.millis(15).event("tool-call-" + type, "{}");
                }
            }
            assertThat(log.state().tripped()).as("turn %d", turn).isEmpty();
        }
    }

    @Test
    void should_leave_a_chat_of_two_people_alone() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            log.millis(300 + random.nextInt(6_000)).event(random.nextBoolean() ? "ann-said" : "bob-said", "{}");
            assertThat(log.state().tripped()).isEmpty();
        }
    }

    @Test
    void should_read_the_spellings_of_a_built_in_type_as_one_type() {
        String message = "{\"message\": \"no\"}";
        for (int i = 0; i < 1_000; i++) {
            log.millis(20).event("events.iterate.com/core/error-occurred", message);
            log.millis(20).event("https://events.iterate.com/events/stream/error-occurred", message);
        }

        assertThat(log.reason()).isEmpty();
    }

    @Test
    void should_count_an_event_only_within_a_second_of_the_one_before() {
        log.configured("""
                {"alternation": {"count": 5, "seconds": 600}}""");
        assertThat(loop(50, 1_001).reason()).isEmpty();

        assertThat(log.millis(5_000).reason()).isEmpty();
        loop(6, 1_000);
        assertThat(log.trippedAt()).hasValue(log.all().size() + 0L);
    }

    private static Stream<Consumer<BreakerLog>> leftOut() {
        return Stream.of(
                log -> log.written("llm-chunk-added"),
                log -> log.event("light", "{}"),
                log -> log.written("noted"),
                log -> log.caused(7, 1),
                log -> log.keyed(CHILD_STREAM_CREATED.type(), "millrace/child"),
                log -> log.event("events.iterate.com/stream/configured", "{\"config\": {}}"));
    }

    @ParameterizedTest
    @MethodSource("leftOut")
    void should_neither_count_an_event_that_is_left_out_nor_take_it_for_the_one_before(Consumer<BreakerLog> leftOut) {
        log.configured("""
                {"weights": {"light": 0}}""");
        for (int i = 0; i < 2_000; i++) {
            log.millis(30).event("measured", "{}");
            leftOut.accept(log);
        }
        assertThat(log.reason()).isEmpty();

        log.millis(2_000);
        for (int i = 0; i < 501; i++) {
            log.millis(30).event(i % 2 == 0 ? "ping" : "pong", "{}");
            long newest = log.all().size();
            leftOut.accept(log);
            assertThat(log.trippedAt().isPresent()).isEqualTo(i == 500);
            log.trippedAt().ifPresent(offset -> assertThat(offset).isEqualTo(newest));
        }
    }

    @ParameterizedTest
    @MethodSource("leftOut")
    void should_not_trip_at_an_event_that_is_left_out_after_a_trip_that_was_dropped(Consumer<BreakerLog> leftOut) {
        log.configured("""
                {"weights": {"light": 0}}""");
        loop(1_000, 20).millis(20);
        assertThat(log.trippedAt()).hasValue(502L);

        leftOut.accept(log);
        assertThat(log.trippedAt()).isIn(Optional.empty(), Optional.of(502L));
        log.event("pong", "{}");
        assertThat(log.reason()).as("after a second event of one type").isEmpty();
        log.event("ping", "{}");
        assertThat(log.trippedAt()).hasValue((long) log.all().size());
    }

    @Test
    void should_begin_anew_after_pause_resume_and_configuration() {
        loop(500, 20).event(PAUSED, "{}").event(RESUMED, "{}");
        assertThat(loop(500, 20).reason()).isEmpty();
        log.event(RESUMED, "{}");
        assertThat(loop(500, 20).reason()).isEmpty();
        log.configured("{}");
        assertThat(loop(500, 20).reason()).isEmpty();

        log.millis(20).event("ping", "{}");
        assertThat(log.trippedAt()).hasValue((long) log.all().size());
    }

    @Test
    void should_hold_beside_the_bucket_and_for_a_batch() {
        log.configured(NO_WINDOW);
        assertThat(loop(500, 0).reason()).isEmpty();

        log.event("ping", "{}");

        assertThat(log.trippedAt()).hasValue(502L);
        assertThat(log.state()
                        .tripped()
                        .orElseThrow()
                        .evidence()
                        .path("eventsPerSecond")
                        .doubleValue())
                .isEqualTo(500.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"alternation\": {\"count\": 0}}", "{\"enabled\": false}"})
    void should_be_off_when_it_is_switched_off(String config) {
        log.configured(config);

        assertThat(loop(5_000, 20).reason()).isEmpty();
        assertThat(log.state().alternation()).isEqualTo(AlternatingTypes.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 60, 3_600, Integer.MAX_VALUE})
    void should_have_the_configured_count_and_time(int seconds) {
        log.configured("{\"alternation\": {\"count\": 40, \"seconds\": " + seconds + "}}");
        long apart = Math.min(999, (seconds * 1_000L - 1) / 39);

        assertThat(loop(40, apart).reason()).isEmpty();
        log.millis(apart).event("ping", "{}");
        assertThat(log.trippedAt()).hasValue(42L);
        if (apart < 999) {
            BreakerLog slower = new BreakerLog();
            slower.configured("{\"alternation\": {\"count\": 40, \"seconds\": " + seconds + "}}");
            assertThat(inTurn(slower, 1_000, seconds * 1_000L / 39 + 1, "ping", "pong")
                            .reason())
                    .isEmpty();
        }
    }

    @Test
    void should_start_again_when_the_clock_is_set_back_and_bear_a_jump_ahead() {
        log.configured(NO_WINDOW);
        loop(400, 20).millis(-3_600_000);
        assertThat(loop(500, 20).reason()).isEmpty();
        log.millis(86_400_000);
        assertThat(loop(500, 20).reason()).isEmpty();

        log.millis(-500).event("ping", "{}");
        assertThat(log.reason()).isPresent();
    }

    @Test
    void should_keep_no_more_than_fifty_counts() {
        for (int i = 0; i < 3_000; i++) {
            inTurn(log, 1, 0, i % 2 == 0 ? "ping" : "pong").millis(130);
            assertThat(log.state().alternation().counts()).hasSizeLessThanOrEqualTo(50);
        }
        assertThat(JsonCodec.toTree(log.state()).path("alternation").toString()).hasSizeLessThan(300);
    }
}
