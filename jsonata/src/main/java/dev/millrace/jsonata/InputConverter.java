package dev.millrace.jsonata;

import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A converter of a JSON tree to values of the evaluator, which limits its size. Used once. */
final class InputConverter {
    private static final int DEEPEST = 200;

    private final long bound;
    private long size;

    InputConverter(long bound) {
        this.bound = bound;
    }

    /** @throws EvaluationException if the tree is too large or too deep */
    Object value(JsonNode tree) {
        return value(tree, 0);
    }

    private Object value(JsonNode tree, int depth) {
        if (depth > DEEPEST) {
            throw new EvaluationException("the input is nested too deeply (limit: " + DEEPEST + ")");
        }
        if (tree.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            count(2);
            tree.properties().forEach(member -> {
                count(4 + member.getKey().length());
                map.put(member.getKey(), value(member.getValue(), depth + 1));
            });
            return map;
        }
        if (tree.isArray()) {
            List<Object> list = new ArrayList<>(tree.size());
            count(2);
            tree.forEach(item -> {
                count(1);
                list.add(value(item, depth + 1));
            });
            return list;
        }
        if (tree.isNumber()) {
            return number(tree);
        }
        if (tree.isBoolean()) {
            count(4);
            return tree.booleanValue();
        }
        if (tree.isNull() || tree.isMissingNode()) {
            count(4);
            return Jsonata.NULL_VALUE;
        }
        String text = tree.asText();
        count(2 + text.length());
        return text;
    }

    private Number number(JsonNode tree) {
        count(1);
        if (tree.isIntegralNumber() && tree.canConvertToInt()) {
            return tree.intValue();
        }
        BigDecimal exact = tree.decimalValue();
        count(exact.precision());
        return Numbers.canonical(exact);
    }

    private void count(long characters) {
        size += characters;
        if (size > bound) {
            throw new EvaluationException("the input is too large (limit: inputBytes " + bound + ")");
        }
    }
}
