package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.CHILD_STREAM_CREATED;
import static dev.millrace.core.BuiltInType.INITIALIZED;
import static dev.millrace.core.BuiltInType.PAUSED;
import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WindowRuleTest {
    private static final String REASON = "circuit breaker tripped: 100 events in under 1 second";

    @ParameterizedTest
    @CsvSource({
        // number of events (the first 98 at once), milliseconds until the last one, whether it trips
        "99, 0, false",
        "99, 999, false",
        "100, 0, true",
        "100, 998, true",
        "100, 999, true",
        "100, 1000, false",
        "100, 1001, false",
        "101, 999, true",
    })
    void should_trip_when_100_events_span_less_than_1000_ms(int events, long span, boolean trips) {
        BreakerLog log = new BreakerLog().events(events - 1, 0).millis(span).events(1, 0);

        assertThat(log.reason().isPresent()).isEqualTo(trips);
        if (trips) {
            assertThat(log.reason()).hasValue(REASON);
        }
    }

    @Test
    void should_name_the_event_that_tripped_it() {
        assertThat(new BreakerLog().events(140, 1).trippedAt()).hasValue(100L);
    }

    @Test
    void should_not_trip_on_105_events_that_are_20_ms_apart() {
        assertThat(new BreakerLog().events(105, 20).reason()).isEmpty();
    }

    @Test
    void should_trip_on_the_hundredth_event_of_a_burst_after_a_quiet_time() {
        BreakerLog log = new BreakerLog().events(500, 20).millis(5_000).events(99, 10);
        assertThat(log.reason()).isEmpty();

        log.events(1, 0);
        assertThat(log.reason()).hasValue(REASON);
        assertThat(log.trippedAt()).hasValue(600L);
    }

    @Test
    void should_not_count_what_the_service_writes() {
        BreakerLog log = new BreakerLog().event(INITIALIZED, """
                {"projectSlug": "public", "path": "/agents/1"}""").events(99, 0);
        for (int i = 0; i < 200; i++) {
            log.keyed(CHILD_STREAM_CREATED.type(), "millrace/child:/agents/1/" + i);
        }
        assertThat(log.reason()).isEmpty();

        log.keyed(CHILD_STREAM_CREATED.type(), "mine");
        assertThat(log.reason()).hasValue(REASON);
    }

    @Test
    void should_not_count_records_of_pushed_events() {
        BreakerLog log = new BreakerLog().events(99, 0);
        for (int i = 0; i < 200; i++) {
            log.written("millrace/delivery-succeeded").written("millrace/delivery-failed");
        }
        assertThat(log.reason()).isEmpty();

        log.events(1, 0);
        assertThat(log.reason()).hasValue(REASON);
    }

    @Test
    void should_not_count_model_chunks_unless_their_weight_says_so() {
        BreakerLog log = new BreakerLog().events(99, 0);
        for (int i = 0; i < 500; i++) {
            log.written("llm-chunk-added");
        }
        assertThat(log.reason()).isEmpty();

        log.configured("""
                {"weights": {"llm-chunk-added": 1, "noted": 0}}""").events(300, 0);
        assertThat(log.reason()).isEmpty();
        for (int i = 0; i < 100; i++) {
            log.written("llm-chunk-added");
        }
        assertThat(log.reason()).hasValue(REASON);
    }

    @Test
    void should_bear_as_many_parallel_calls_of_tools_as_a_host_runs() {
        BreakerLog log = new BreakerLog();
        for (int i = 0; i < 32; i++) {
            log.written("llm-item-completed").written("tool-call-requested").written("tool-call-started");
            log.written("tool-call-progressed").written("tool-call-progressed").written("tool-call-completed");
        }
        assertThat(log.reason()).isEmpty();

        log.events(4, 0);
        assertThat(log.reason()).hasValue(REASON);
    }

    private static Stream<Consumer<BreakerLog>> strangers() {
        return Stream.of(
                        "llm-chunk-added",
                        "millrace/delivery-failed",
                        "millrace/delivery-succeeded",
                        "tool-call-progressed",
                        "tool-call-started")
                .flatMap(type -> Stream.of(
                        log -> log.event(type, "{}"),
                        log -> log.keyed(type, "chosen"),
                        log -> log.ofPeer(type, Optional.empty()),
                        log -> log.ofPeer(type, Optional.of("chosen"))));
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void should_count_records_of_processors_that_another_caller_wrote(Consumer<BreakerLog> stranger) {
        BreakerLog log = new BreakerLog();
        for (int i = 0; i < 99; i++) {
            stranger.accept(log);
        }
        assertThat(log.reason()).isEmpty();

        stranger.accept(log);
        assertThat(log.reason()).hasValue(REASON);
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void should_not_count_what_another_caller_wrote_if_the_configured_weight_is_0(Consumer<BreakerLog> stranger) {
        BreakerLog log = new BreakerLog().configured("""
                {"weights": {"llm-chunk-added": 0, "millrace/delivery-failed": 0, "millrace/delivery-succeeded": 0,
                 "tool-call-progressed": 0, "tool-call-started": 0}}""");
        for (int i = 0; i < 200; i++) {
            stranger.accept(log);
        }

        assertThat(log.reason()).isEmpty();
    }

    @Test
    void should_find_the_weight_of_a_built_in_type_under_every_spelling() {
        BreakerLog log = new BreakerLog().configured("""
                {"weights": {"https://events.iterate.com/error-occurred": 0}}""");
        for (int i = 0; i < 200; i++) {
            log.event("events.iterate.com/core/error-occurred", """
                    {"message": "no"}""");
        }

        assertThat(log.reason()).isEmpty();
    }

    @Test
    void should_start_anew_after_pause_and_resume() {
        BreakerLog log = new BreakerLog().events(100, 0).event(PAUSED, "{}");
        assertThat(log.reason()).isEmpty();
        assertThat(log.state().paused()).isTrue();

        log.event(RESUMED, "{}").events(99, 0);
        assertThat(log.reason()).isEmpty();
        assertThat(log.events(1, 0).reason()).hasValue(REASON);
    }

    @Test
    void should_not_trip_while_the_stream_is_paused() {
        BreakerLog log = new BreakerLog().event(PAUSED, """
                {"reason": "by hand"}""").events(200, 0);

        assertThat(log.reason()).isEmpty();
        assertThat(log.state().pauseReason()).hasValue("by hand");
        assertThat(log.state().pausedAt()).hasValue(BreakerLog.START);
    }

    @Test
    void should_drop_a_trip_without_a_pause_when_the_stream_was_calm_afterwards() {
        BreakerLog log = new BreakerLog().events(100, 0).millis(9_999).events(1, 0);
        assertThat(log.trippedAt()).hasValue(100L);

        assertThat(log.millis(1).written("llm-chunk-added").reason()).isEmpty();
    }

    @Test
    void should_be_off_when_it_is_switched_off_and_on_again_with_an_empty_configuration() {
        BreakerLog log = new BreakerLog().configured("""
                {"enabled": false}""").events(300, 0).caused(2_000, 2_000);
        assertThat(log.reason()).isEmpty();

        assertThat(log.configured("{}").events(99, 0).reason()).isEmpty();
        assertThat(log.events(1, 0).reason()).hasValue(REASON);
    }
}
