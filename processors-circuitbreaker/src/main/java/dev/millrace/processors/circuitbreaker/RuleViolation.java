package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.function.Consumer;

/**
 * A rule that an event broke.
 *
 * @param reason what the pause will say
 * @param evidence which rule, its limit and what was seen, as the pause carries it in {@code metadata.circuitBreaker}
 */
record RuleViolation(String reason, JsonNode evidence) {
    private static final String PREFIX = "circuit breaker tripped: ";

    static RuleViolation of(String rule, String reason, Consumer<ObjectNode> seen) {
        ObjectNode evidence = JsonNodeFactory.instance.objectNode().put("rule", rule);
        seen.accept(evidence);
        return new RuleViolation(
                PREFIX + reason, JsonCodec.parse(JsonCodec.write(evidence))); // equal to what its JSON reads as
    }
}
