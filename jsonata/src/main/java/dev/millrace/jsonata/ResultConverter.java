package dev.millrace.jsonata;

import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A converter of a result of the evaluator to a JSON tree, which limits its size. Used once. */
final class ResultConverter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final long bound;
    private long size;

    ResultConverter(long bound) {
        this.bound = bound;
    }

    /** @throws EvaluationException if the result is too large, or is not JSON */
    JsonNode tree(@Nullable Object value) {
        EvaluationMeter.current().checkTime();
        if (value == null || value == Jsonata.NULL_VALUE) {
            count(4);
            return NODES.nullNode();
        }
        if (value instanceof String text) {
            count(2 + text.length());
            return NODES.textNode(text);
        }
        if (value instanceof Boolean truth) {
            count(4);
            return NODES.booleanNode(truth);
        }
        if (value instanceof Number number) {
            JsonNode node = number(number);
            count(1 + node.asText().length());
            return node;
        }
        if (value instanceof Map<?, ?> map) {
            count(2);
            ObjectNode object = NODES.objectNode();
            map.forEach((key, member) -> {
                count(4 + String.valueOf(key).length());
                object.set(String.valueOf(key), tree(member));
            });
            return object;
        }
        if (value instanceof List<?> list) {
            count(2);
            ArrayNode array = NODES.arrayNode();
            for (Object item : list) {
                count(1);
                array.add(tree(item));
            }
            return array;
        }
        throw new EvaluationException("the result holds a function, which JSON does not have");
    }

    private static JsonNode number(Number number) {
        if (number instanceof Integer small) {
            return NODES.numberNode(small.intValue());
        }
        if (number instanceof Long large) {
            return large == large.intValue() ? NODES.numberNode(large.intValue()) : NODES.numberNode(large.longValue());
        }
        if (number instanceof BigDecimal exact) {
            return decimal(exact, 400);
        }
        double value = number.doubleValue();
        if (!Double.isFinite(value)) {
            throw new EvaluationException("the result holds " + value + ", which JSON does not have");
        }
        return decimal(new BigDecimal(Double.toString(value)), 21); // as JavaScript writes it
    }

    /** Without an exponent if it is a whole number of at most so many digits. */
    private static JsonNode decimal(BigDecimal exact, int digits) {
        boolean isWhole = exact.signum() != 0 && exact.stripTrailingZeros().scale() <= 0;
        return isWhole && exact.precision() - exact.scale() <= digits
                ? NODES.numberNode(exact.toBigInteger())
                : DecimalNode.valueOf(exact);
    }

    private void count(long characters) {
        size += characters;
        if (size > bound) {
            throw new EvaluationException("the result is too large (limit: resultBytes " + bound + ")");
        }
    }
}
