package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.PAUSED;
import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitBreakerStateTest {
    @Test
    void should_show_every_field_in_its_json_also_the_empty_ones() {
        BreakerLog log = new BreakerLog().events(1, 0).millis(20).event("ping", "{}");

        assertThat(JsonCodec.toTree(log.state())).isEqualTo(JsonCodec.parse("""
                {
                  "paused": false, "pauseReason": null, "pausedAt": null,
                  "config": {
                    "enabled": true, "burstCapacity": null, "refillRatePerMinute": null,
                    "weights": {},
                    "maxHops": 64, "maxDepth": 1000, "repetition": null, "alternation": {"count": 500, "seconds": 60}
                  },
                  "recentEventTimestamps": ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.020Z"],
                  "availableTokens": null, "lastRefillAtMs": null, "toolRounds": null,
                  "alternation": {
                    "types": ["noted", "ping"], "lastAtMs": 1767225600020,
                    "countedFromMs": 1767225600020, "counts": [1]
                  },
                  "tripped": null
                }"""));
    }

    @Test
    void should_show_the_bucket_when_it_is_in_force() {
        BreakerLog log = new BreakerLog().configured("""
                {"burstCapacity": 500, "refillRatePerMinute": 500}""").events(3, 0);

        assertThat(JsonCodec.toTree(log.state()).toString())
                .contains("\"burstCapacity\":500,\"refillRatePerMinute\":500")
                .contains("\"recentEventTimestamps\":[],\"availableTokens\":497.0,\"lastRefillAtMs\":1767225600000");
    }

    @Test
    void should_show_a_pause() {
        BreakerLog log = new BreakerLog().event(PAUSED, """
                {"reason": "lunch"}""");

        assertThat(JsonCodec.toTree(log.state()).toString()).startsWith("""
                {"paused":true,"pauseReason":"lunch","pausedAt":"2026-01-01T00:00:00.000Z",""");
    }

    @Test
    void should_survive_json_after_every_event_of_a_log() {
        BreakerLog log = new BreakerLog()
                .events(150, 3)
                .event(PAUSED, "{}")
                .event(RESUMED, "{}")
                .configured("""
                        {"burstCapacity": 7, "refillRatePerMinute": 11, "weights": {"noted": 0.3}}""")
                .events(80, 137)
                .configured("""
                        {"repetition": {"count": 2}}""")
                .event("tool-call-requested", """
                        {"callId": "a", "name": "look", "args": {"at": 1}}""")
                .event("tool-call-completed", """
                        {"callId": "a", "result": "nothing"}""")
                .event("ping", "{}")
                .millis(1_300)
                .event("pong", "{}")
                .event("ping", "{}")
                .caused(1, 65);
        CircuitBreaker breaker = new CircuitBreaker();
        CircuitBreakerState state = breaker.initialState();
        CircuitBreakerState revived = state;

        for (Event event : log.all()) {
            state = breaker.reduce(state, event);
            revived = JsonCodec.fromTree(JsonCodec.toTree(breaker.reduce(revived, event)), CircuitBreakerState.class);
            assertThat(revived).as("after offset %d", event.offset()).isEqualTo(state);
        }
        assertThat(state.tripped()).isPresent();
    }

    @Test
    void should_stay_the_same_instance_when_an_event_changes_nothing() {
        BreakerLog log = new BreakerLog().events(3, 5);
        CircuitBreakerState before = log.state();

        log.written("llm-chunk-added").keyed("noted", "millrace/x");

        assertThat(log.state()).isSameAs(before);
    }

    @Test
    void should_cost_little_more_per_event_than_the_window_it_copies() {
        CircuitBreaker breaker = new CircuitBreaker();
        List<Event> all = new BreakerLog().events(2_000, 20).all();
        fold(breaker, all, breaker.initialState());
        CircuitBreakerState full = fold(breaker, all.subList(0, 1_000), breaker.initialState());
        List<Event> events = all.subList(1_000, 2_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();

        long before = threads.getThreadAllocatedBytes(thread);
        CircuitBreakerState end = fold(breaker, events, full);
        long perEvent = (threads.getThreadAllocatedBytes(thread) - before) / events.size();

        assertThat(end.tripped()).isEmpty();
        assertThat(perEvent).as("bytes allocated per event").isBetween(800L, 1_600L);
    }

    private static CircuitBreakerState fold(CircuitBreaker breaker, List<Event> events, CircuitBreakerState from) {
        CircuitBreakerState state = from;
        for (Event event : events) {
            state = breaker.reduce(state, event);
        }
        return state;
    }

    @Test
    void should_load_a_snapshot_from_before_the_slices() {
        BreakerLog log = new BreakerLog().events(3, 20);
        JsonNode before = JsonCodec.toTree(log.state());

        assertThat(before.has("millrace")).isFalse();
        assertThat(JsonCodec.fromTree(before, CircuitBreakerState.class)).isEqualTo(log.state());
    }

    @Test
    void should_show_the_window_as_a_bucket_and_the_rules_as_they_are() {
        JsonNode slice =
                BreakerSlice.of(JsonCodec.toTree(new BreakerLog().events(2, 20).state()));

        assertThat(JsonCodec.parse(slice.toString())).isEqualTo(JsonCodec.parse("""
                {
                  "paused": false, "pauseReason": null, "pausedAt": null,
                  "config": {"burstCapacity": 100, "refillRatePerMinute": 6000},
                  "recentEventTimestamps": ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.020Z"],
                  "availableTokens": 98, "lastRefillAtMs": 1767225600020,
                  "millrace": {
                    "toolRounds": null, "tripped": null,
                    "alternation": {
                      "types": ["noted"], "lastAtMs": 1767225600020, "countedFromMs": 0, "counts": []
                    },
                    "config": {
                      "enabled": true, "burstCapacity": null, "refillRatePerMinute": null,
                      "weights": {},
                      "maxHops": 64, "maxDepth": 1000, "repetition": null,
                      "alternation": {"count": 500, "seconds": 60}
                    }
                  }
                }"""));
    }

    @Test
    void should_show_a_bucket_as_it_is() {
        JsonNode slice = BreakerSlice.of(
                JsonCodec.toTree(new BreakerLog().configured("""
                {"burstCapacity": 500, "refillRatePerMinute": 400}""").events(3, 0).state()));

        assertThat(slice.path("config")).hasToString("{\"burstCapacity\":500,\"refillRatePerMinute\":400}");
        assertThat(slice.path("availableTokens").doubleValue()).isEqualTo(497);
        assertThat(slice.path("lastRefillAtMs").longValue()).isEqualTo(1767225600000L);
    }
}
