package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.Usage;
import java.util.Optional;

/**
 * The token counts of one response. Counts are cumulative: a later one replaces an earlier one. Input that was written
 * to the cache, or read from it, is not part of {@code input_tokens}, but is part of {@link Usage#inputTokens}. Not
 * thread-safe.
 */
final class TokenCounts {
    private final ObjectNode latest = JsonNodeFactory.instance.objectNode();

    void add(JsonNode usage) {
        usage.properties().forEach(count -> {
            if (!count.getValue().isNull()) {
                latest.set(count.getKey(), count.getValue());
            }
        });
    }

    /** The counts so far; empty if there are none. */
    Optional<Usage> usage() {
        if (!latest.path("input_tokens").isNumber()
                && !latest.path("output_tokens").isNumber()) {
            return Optional.empty();
        }
        long input = latest.path("input_tokens").asLong()
                + latest.path("cache_creation_input_tokens").asLong()
                + latest.path("cache_read_input_tokens").asLong();
        return Optional.of(new Usage(
                input,
                latest.path("output_tokens").asLong(),
                number(latest.path("cache_read_input_tokens")),
                number(latest.at("/output_tokens_details/thinking_tokens")),
                false));
    }

    private static Optional<Long> number(JsonNode json) {
        return json.isIntegralNumber() ? Optional.of(json.longValue()) : Optional.empty();
    }
}
