package dev.millrace.processors.agent.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A check of arguments against the schema of a tool. It knows the keywords about types, objects, arrays, enums, bounds,
 * combinations and local references of JSON Schema 2020-12; it ignores all others, for example {@code pattern} and {@code
 * format}, which the tool checks itself. A complete validator would double the size of the module.
 */
public final class ArgumentsCheck {
    private static final int MOST_PROBLEMS = 10;
    private static final int DEEPEST = 64;

    /** References can make a small schema mean many checks; what is not checked is allowed. */
    private static final int MOST_CHECKS = 100_000;

    private final JsonNode root;
    private final AtomicInteger checksLeft;
    private final List<String> problems = new ArrayList<>();

    private ArgumentsCheck(JsonNode root, AtomicInteger checksLeft) {
        this.root = root;
        this.checksLeft = checksLeft;
    }

    /** The problems of arguments, one line for each, beginning with the field; empty if they fit. */
    public static List<String> problems(JsonNode schema, JsonNode arguments) {
        ArgumentsCheck check = new ArgumentsCheck(schema, new AtomicInteger(MOST_CHECKS));
        check.check("arguments", schema, arguments, 0);
        return check.problems.size() <= MOST_PROBLEMS ? check.problems : check.problems.subList(0, MOST_PROBLEMS);
    }

    /**
     * The arguments, with null for each one that is required, may be null, and is missing. Schemas in the strict form of
     * providers require all arguments, so an optional one is one that may be null, and a model may leave it out.
     */
    public static JsonNode completed(JsonNode schema, JsonNode arguments) {
        return new ArgumentsCheck(schema, new AtomicInteger(MOST_CHECKS)).completed(schema, arguments, 0);
    }

    private JsonNode completed(JsonNode schema, JsonNode value, int depth) {
        if (!value.isContainerNode() || depth > DEEPEST || checksLeft.decrementAndGet() < 0) {
            return value;
        }
        JsonNode found = value;
        if (schema.path("$ref").isTextual()) {
            found = completed(target(schema.path("$ref").asText()), found, depth + 1);
        }
        for (JsonNode part : schema.path("allOf")) {
            found = completed(part, found, depth + 1);
        }
        found = completedBy(schema.path("anyOf"), found, depth);
        found = completedBy(schema.path("oneOf"), found, depth);
        return found.isObject() ? completedObject(schema, found, depth) : completedArray(schema, found, depth);
    }

    /** Completed by the first choice that it then fits. */
    private JsonNode completedBy(JsonNode choices, JsonNode value, int depth) {
        for (JsonNode choice : choices) {
            JsonNode candidate = completed(choice, value, depth + 1);
            ArgumentsCheck attempt = new ArgumentsCheck(root, checksLeft);
            attempt.check("", choice, candidate, depth + 1);
            if (attempt.problems.isEmpty()) {
                return candidate;
            }
        }
        return value;
    }

    private JsonNode completedObject(JsonNode schema, JsonNode value, int depth) {
        JsonNode known = schema.path("properties");
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        value.properties()
                .forEach(field ->
                        object.set(field.getKey(), completed(known.path(field.getKey()), field.getValue(), depth + 1)));
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.asText()) && namesNull(known.path(required.asText()), depth + 1)) {
                object.putNull(required.asText());
            }
        }
        return object;
    }

    private JsonNode completedArray(JsonNode schema, JsonNode value, int depth) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        value.forEach(item -> array.add(completed(schema.path("items"), item, depth + 1)));
        return array;
    }

    /** Whether a schema says that the value may be null; one that allows everything does not say it. */
    private boolean namesNull(JsonNode schema, int depth) {
        if (depth > DEEPEST || checksLeft.decrementAndGet() < 0) {
            return false;
        }
        if (schema.path("$ref").isTextual()) {
            return namesNull(target(schema.path("$ref").asText()), depth + 1);
        }
        for (String combined : List.of("anyOf", "oneOf")) {
            for (JsonNode choice : schema.path(combined)) {
                if (namesNull(choice, depth + 1)) {
                    return true;
                }
            }
        }
        JsonNode type = schema.path("type");
        return !type.isMissingNode() && hasType(type, NullNode.getInstance());
    }

    private void check(String where, JsonNode schema, JsonNode value, int depth) {
        if (problems.size() > MOST_PROBLEMS || depth > DEEPEST || checksLeft.decrementAndGet() < 0) {
            return;
        }
        if (schema.isBoolean()) {
            require(schema.asBoolean(), where, "is not allowed");
            return;
        }
        JsonNode reference = schema.path("$ref");
        if (reference.isTextual()) {
            check(where, target(reference.asText()), value, depth + 1);
        }
        JsonNode type = schema.path("type");
        if (!type.isMissingNode() && !hasType(type, value)) {
            problems.add(where + ": expected " + words(type) + ", got " + shortened(value));
            return;
        }
        if (schema.path("enum").isArray() && !contains(schema.path("enum"), value)) {
            problems.add(where + ": expected one of " + shortened(schema.path("enum")) + ", got " + shortened(value));
        }
        if (schema.has("const") && !schema.path("const").equals(value)) {
            problems.add(where + ": expected " + shortened(schema.path("const")) + ", got " + shortened(value));
        }
        for (JsonNode part : schema.path("allOf")) {
            check(where, part, value, depth + 1);
        }
        checkOneOf(where, schema.path("anyOf"), value, depth);
        checkOneOf(where, schema.path("oneOf"), value, depth);
        if (value.isObject()) {
            checkObject(where, schema, value, depth);
        } else if (value.isArray()) {
            checkArray(where, schema, value, depth);
        } else if (value.isTextual()) {
            int length = value.asText().codePointCount(0, value.asText().length());
            checkSize(where, schema, "Length", length, "characters");
        } else if (value.isNumber()) {
            checkNumber(where, schema, value);
        }
    }

    private void checkOneOf(String where, JsonNode choices, JsonNode value, int depth) {
        if (!choices.isArray() || choices.isEmpty()) {
            return;
        }
        List<String> first = List.of();
        for (JsonNode choice : choices) {
            ArgumentsCheck attempt = new ArgumentsCheck(root, checksLeft);
            attempt.check(where, choice, value, depth + 1);
            if (attempt.problems.isEmpty()) {
                return;
            }
            first = first.isEmpty() ? attempt.problems : first;
        }
        problems.add(choices.size() == 1 ? first.get(0) : where + ": fits none of the allowed forms");
    }

    private void checkObject(String where, JsonNode schema, JsonNode value, int depth) {
        for (JsonNode required : schema.path("required")) {
            require(value.has(required.asText()), where + "." + required.asText(), "is missing");
        }
        JsonNode known = schema.path("properties");
        JsonNode others =
                schema.has("patternProperties") ? MissingNode.getInstance() : schema.path("additionalProperties");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String inside = where + "." + field.getKey();
            JsonNode part = known.path(field.getKey());
            if (!part.isMissingNode()) {
                check(inside, part, field.getValue(), depth + 1);
            } else if (others.isBoolean() && !others.asBoolean()) {
                problems.add(inside + ": there is no such argument");
            } else if (others.isObject()) {
                check(inside, others, field.getValue(), depth + 1);
            }
        }
    }

    private void checkArray(String where, JsonNode schema, JsonNode value, int depth) {
        checkSize(where, schema, "Items", value.size(), "items");
        JsonNode items = schema.path("items");
        for (int i = 0; items.isObject() && i < value.size(); i++) {
            check(where + "[" + i + "]", items, value.get(i), depth + 1);
        }
    }

    private void checkSize(String where, JsonNode schema, String what, int size, String unit) {
        JsonNode least = schema.path("min" + what);
        JsonNode most = schema.path("max" + what);
        require(
                !least.isInt() || size >= least.asInt(),
                where,
                "expected at least " + least + " " + unit + ", got " + size);
        require(
                !most.isInt() || size <= most.asInt(),
                where,
                "expected at most " + most + " " + unit + ", got " + size);
    }

    private void checkNumber(String where, JsonNode schema, JsonNode value) {
        bound(where, schema.path("minimum"), value, "at least", 0, 1);
        bound(where, schema.path("maximum"), value, "at most", 0, -1);
        bound(where, schema.path("exclusiveMinimum"), value, "more than", 1, 1);
        bound(where, schema.path("exclusiveMaximum"), value, "less than", -1, -1);
    }

    private void bound(String where, JsonNode limit, JsonNode value, String words, int allowed, int alsoAllowed) {
        if (limit.isNumber()) {
            int order = Integer.signum(value.decimalValue().compareTo(limit.decimalValue()));
            require(
                    order == allowed || order == alsoAllowed,
                    where,
                    "expected " + words + " " + limit + ", got " + shortened(value));
        }
    }

    private void require(boolean holds, String where, String problem) {
        if (!holds) {
            problems.add(where + ": " + problem);
        }
    }

    /** A reference inside the schema; everything is allowed by one that leads outside or nowhere. */
    private JsonNode target(String reference) {
        try {
            return reference.equals("#")
                    ? root
                    : reference.startsWith("#/") ? root.at(reference.substring(1)) : MissingNode.getInstance();
        } catch (IllegalArgumentException noPointer) {
            return MissingNode.getInstance();
        }
    }

    private static boolean hasType(JsonNode type, JsonNode value) {
        if (type.isTextual()) {
            return isOf(type.asText(), value);
        }
        for (JsonNode one : type) {
            if (isOf(one.asText(), value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "number" -> value.isNumber();
            case "integer" -> value.isNumber() && isWhole(value);
            default -> true;
        };
    }

    private static boolean isWhole(JsonNode number) {
        return number.isIntegralNumber()
                || number.decimalValue().stripTrailingZeros().scale() <= 0;
    }

    private static boolean contains(JsonNode values, JsonNode wanted) {
        for (JsonNode value : values) {
            if (value.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static String words(JsonNode type) {
        if (type.isTextual()) {
            return switch (type.asText()) {
                case "object", "array", "integer" -> "an " + type.asText();
                case "null" -> "null";
                default -> "a " + type.asText();
            };
        }
        List<String> all = new ArrayList<>();
        type.forEach(one -> all.add(words(one)));
        return String.join(" or ", all);
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= 100 ? text : text.substring(0, 99) + "…";
    }
}
