package dev.millrace.jsonata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.hosting.PayloadCheck;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A validator of expression results: it checks whether a result is an event that the service would accept. A result
 * that is not accepted is an error of the expression, so its author gets the problems. Stateless.
 *
 * @since 0.1
 */
public final class EventResultValidator {
    private static final int LONGEST_TYPE = 2048;
    private static final Set<String> KNOWN =
            Set.of("type", "payload", "metadata", "source", "idempotencyKey", "offset");

    private EventResultValidator() {}

    /**
     * The problems of a tree, one line each, which begins with the field; empty if it is a valid event.
     *
     * @param payloads checks the payload before the rules for the service's own types
     */
    public static List<String> problems(JsonNode tree, PayloadCheck payloads) {
        List<String> problems = new ArrayList<>();
        if (!tree.isObject()) {
            problems.add("event: expected an object, got " + kind(tree));
            return problems;
        }
        type(tree.path("type"), problems);
        object("payload", tree.path("payload"), problems);
        object("metadata", tree.path("metadata"), problems);
        object("source", tree.path("source"), problems);
        key(tree.path("idempotencyKey"), problems);
        JsonNode offset = tree.path("offset");
        if (!offset.isMissingNode()
                && !(offset.isIntegralNumber() && offset.canConvertToLong() && offset.longValue() > 0)) {
            problems.add("offset: expected a positive integer, got " + kind(offset));
        }
        tree.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name) && problems.size() < 20) {
                problems.add(EvaluationErrors.excerpt(name) + ": unknown field");
            }
        });
        if (problems.isEmpty()) {
            String type = tree.path("type").textValue().strip();
            problems.addAll(payloads.problems(type, payload(tree)));
            if (problems.isEmpty()) {
                BuiltInType.of(type).ifPresent(builtIn -> problems.addAll(builtIn.problems(payload(tree))));
            }
        }
        return problems;
    }

    /**
     * Converts a tree to an event.
     *
     * @throws IllegalArgumentException if the tree has {@link #problems}
     */
    public static EventInput input(JsonNode tree, PayloadCheck payloads) {
        List<String> problems = problems(tree, payloads);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("not an event: " + String.join("; ", problems));
        }
        EventInput.Builder input =
                EventInput.builder().type(tree.path("type").textValue().strip()).payload(payload(tree));
        if (tree.has("metadata")) {
            input.metadata(tree.path("metadata"));
        }
        if (tree.has("source")) {
            input.source(tree.path("source"));
        }
        if (tree.has("idempotencyKey")) {
            input.idempotencyKey(tree.path("idempotencyKey").textValue().strip());
        }
        if (tree.has("offset")) {
            input.offset(OptionalLong.of(tree.path("offset").longValue()));
        }
        return input.build();
    }

    private static JsonNode payload(JsonNode tree) {
        return tree.has("payload") ? tree.path("payload") : JsonNodeFactory.instance.objectNode();
    }

    private static void type(JsonNode type, List<String> problems) {
        if (!type.isTextual()) {
            problems.add("type: expected a string, got " + kind(type));
            return;
        }
        int length = type.textValue().strip().length();
        if (length == 0 || length > LONGEST_TYPE) {
            problems.add("type: expected 1 to " + LONGEST_TYPE + " characters, got " + length);
        }
        whole("type", type.textValue(), problems);
    }

    private static void object(String name, JsonNode value, List<String> problems) {
        if (!value.isMissingNode() && !value.isObject()) {
            problems.add(name + ": expected an object, got " + kind(value));
        }
    }

    private static void key(JsonNode key, List<String> problems) {
        if (key.isMissingNode()) {
            return;
        }
        if (!key.isTextual() || key.textValue().isBlank()) {
            problems.add("idempotencyKey: expected a non-empty string, got "
                    + (key.isTextual() ? "an empty one" : kind(key)));
            return;
        }
        if (key.textValue().strip().startsWith("millrace/")) {
            problems.add("idempotencyKey: begins with 'millrace/', which is reserved for the service");
        }
        whole("idempotencyKey", key.textValue(), problems);
    }

    private static void whole(String name, String text, List<String> problems) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            problems.add(name + ": expected whole characters, got half of a surrogate pair");
        }
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case MISSING -> "nothing";
            case ARRAY -> "an array";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
        };
    }
}
