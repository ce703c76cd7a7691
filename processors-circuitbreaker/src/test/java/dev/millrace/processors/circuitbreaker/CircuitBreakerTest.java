package dev.millrace.processors.circuitbreaker;

import static dev.millrace.testkit.MillraceAssertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent.Paused;
import dev.millrace.core.StreamEvent.Resumed;
import dev.millrace.testkit.fixture.ProcessorFixture;
import dev.millrace.testkit.log.RecordedLog;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The effects of the breaker, with a real runner and engine. */
@Tag("jdk")
class CircuitBreakerTest {
    private static final Paused TRIPPED =
            new Paused(Optional.of("circuit breaker tripped: 100 events in under 1 second"));
    private static final Resumed RESUMED = new Resumed(Optional.empty());
    private static final EventInput NOTE = EventInput.ofType("noted");

    private final ProcessorFixture<CircuitBreakerState> fixture = ProcessorFixture.of(new CircuitBreaker());

    private static Object[] notes(int count) {
        Object[] notes = new Object[count];
        Arrays.fill(notes, NOTE);
        return notes;
    }

    private static EventInput configured(String payload) {
        return EventInput.builder()
                .type(EventCatalog.nameOf(CircuitBreakerConfigured.class))
                .payload(JsonCodec.parse(payload))
                .build();
    }

    @Test
    void should_pause_the_stream_in_reaction_to_the_hundredth_event_of_a_burst() {
        fixture.when(notes(100))
                .thenAppended(TRIPPED)
                .thenState(state -> assertThat(state.paused()).isTrue())
                .thenState(state -> assertThat(state.pauseReason()).isEqualTo(TRIPPED.reason()))
                .thenLog(log ->
                        assertThat(log.get(log.size() - 1)).hasOffset(102).wasCausedBy("circuit-breaker", 101));
    }

    @Test
    void should_leave_99_events_alone() {
        fixture.when(notes(99)).thenNothingAppended();
    }

    @Test
    void should_leave_105_events_alone_that_come_20_ms_apart() {
        for (int i = 0; i < 105; i++) {
            fixture.whenAfter(Duration.ofMillis(20), NOTE);
        }

        fixture.thenNothingAppended();
    }

    @Test
    void should_pause_again_after_a_resume_when_the_burst_goes_on() {
        fixture.when(notes(100))
                .whenAfter(Duration.ZERO, RESUMED)
                .whenAfter(Duration.ZERO, notes(100))
                .thenAppended(TRIPPED, TRIPPED);
    }

    @Test
    void should_apply_its_configuration() {
        fixture.when(configured("{\"burstCapacity\": 5, \"refillRatePerMinute\": 1}"))
                .when(notes(6))
                .thenAppended(new Paused(Optional.of("circuit breaker tripped: burst rate limit exceeded")));
    }

    @Test
    void should_not_pause_when_it_is_switched_off() {
        fixture.when(configured("{\"enabled\": false}")).when(notes(250)).thenNothingAppended();
    }

    @Test
    void should_pause_a_stream_with_a_long_chain_of_reactions() {
        EventInput chased = EventInput.builder()
                .type("noted")
                .metadata(new Provenance("ping", 1, BreakerLog.PATH, 7, 65, 65).asMetadata(Optional.empty()))
                .build();

        fixture.when(chased)
                .thenAppended(new Paused(
                        Optional.of("circuit breaker tripped: 65 hops between streams, at most 64 are allowed")));
    }

    @Test
    void should_not_pause_twice_when_another_caller_was_faster() {
        fixture.givenEvents(notes(10)).when(new Paused(Optional.of("by hand"))).thenNothingAppended();
    }

    @Test
    void should_pause_a_stream_that_is_tripped_at_the_end_of_catch_up() {
        fixture.givenLog(RecordedLog.of(new BreakerLog().events(120, 1).all()))
                .thenAppended(TRIPPED)
                .thenLog(log -> assertThat(log.get(log.size() - 1)).wasCausedBy("circuit-breaker", 100));
    }

    @Test
    void should_not_pause_a_stream_that_calmed_down_long_ago() {
        fixture.givenLog(RecordedLog.of(new BreakerLog()
                        .events(120, 1)
                        .millis(60_000)
                        .events(1, 0)
                        .all()))
                .thenNothingAppended();
    }

    @Test
    void should_have_a_new_version_when_its_reducer_changes() {
        assertThat(new CircuitBreaker()).hasAcceptedFingerprint();
    }

    @Test
    void should_be_pure_over_a_log_with_everything_in_it() {
        assertThat(new CircuitBreaker())
                .isPureOver(new BreakerLog()
                        .events(110, 4)
                        .event(BuiltInType.PAUSED.eventType(), "{\"reason\": \"x\"}")
                        .event(BuiltInType.RESUMED.eventType(), "{}")
                        .configured("{\"burstCapacity\": 3, \"refillRatePerMinute\": 7, \"weights\": {\"noted\": 0.3}}")
                        .events(30, 777)
                        .caused(5, 65)
                        .all());
    }
}
