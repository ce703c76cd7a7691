package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.function.Consumer;

/**
 * A violation of a rule.
 *
 * @param reason the reason that the {@code paused} event gives
 * @param evidence the rule, its limit and the measured values: {@code metadata.circuitBreaker} of that event
 */
record RuleViolation(String reason, JsonNode evidence) {
    private static final String PREFIX = "circuit breaker tripped: ";

    static RuleViolation of(String rule, String reason, Consumer<ObjectNode> seen) {
        ObjectNode evidence = JsonNodeFactory.instance.objectNode().put("rule", rule);
        seen.accept(evidence);
        return new RuleViolation(
                PREFIX + reason, JsonCodec.parse(JsonCodec.write(evidence))); // equal to itself after JSON
    }
}
