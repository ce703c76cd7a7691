package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.hosting.StateSlice;
import java.time.Instant;
import java.util.Set;

/**
 * The breaker in the state of a stream, for clients that know only a token bucket: the window is shown as a bucket that
 * it fills within a second. {@code millrace.config} has the rules as they are.
 */
final class BreakerSlice {
    private static final Set<String> SHARED = Set.of(
            "paused",
            "pauseReason",
            "pausedAt",
            "config",
            "recentEventTimestamps",
            "availableTokens",
            "lastRefillAtMs");
    private static final String CAPACITY = "burstCapacity";
    private static final String REFILL = "refillRatePerMinute";

    private BreakerSlice() {}

    static ObjectNode of(JsonNode state) {
        ObjectNode slice = StateSlice.of(state, SHARED);
        JsonNode rules = slice.path("config");
        slice.withObject("/" + StateSlice.OWN).set("config", rules);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        if (rules.hasNonNull(CAPACITY)) {
            config.set(CAPACITY, rules.path(CAPACITY));
            config.set(REFILL, rules.path(REFILL));
        } else {
            config.put(CAPACITY, SlidingWindow.EVENTS)
                    .put(REFILL, SlidingWindow.EVENTS * 60_000 / SlidingWindow.MILLIS);
            showWindow(slice);
        }
        slice.set("config", config);
        return slice;
    }

    private static void showWindow(ObjectNode slice) {
        JsonNode times = slice.path("recentEventTimestamps");
        if (times.isEmpty()) {
            slice.put("availableTokens", SlidingWindow.EVENTS);
            return;
        }
        long newest = millis(times.get(times.size() - 1));
        int counted = 0;
        for (JsonNode time : times) {
            if (newest - millis(time) < SlidingWindow.MILLIS) {
                counted++;
            }
        }
        slice.put("availableTokens", SlidingWindow.EVENTS - counted).put("lastRefillAtMs", newest);
    }

    private static long millis(JsonNode time) {
        return Instant.parse(time.textValue()).toEpochMilli();
    }
}
