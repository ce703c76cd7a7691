package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The subset of JSON Schema that providers accept with {@code strict: true}. Source: the guide to structured outputs of
 * OpenAI; what it does not name counts as refused.
 */
final class StrictSchema {
    private static final Set<String> KEYWORDS = Set.of(
            "type",
            "title",
            "description",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "const",
            "anyOf",
            "$defs",
            "$ref",
            "pattern",
            "format",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minItems",
            "maxItems");
    private static final Set<String> FORMATS =
            Set.of("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid");
    private static final int DEEPEST = 10;

    private StrictSchema() {}

    static boolean qualifies(JsonNode parameters) {
        return parameters.path("type").asText().equals("object")
                && !parameters.has("anyOf")
                && qualifies(parameters, 0);
    }

    private static boolean qualifies(JsonNode schema, int depth) {
        if (!schema.isObject() || depth > DEEPEST) {
            return false;
        }
        boolean isReference = schema.has("$ref");
        boolean isTyped = schema.has("type") || schema.has("anyOf") || isReference;
        if (!isTyped || (isReference && schema.size() > 1)) {
            return false;
        }
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            if (!KEYWORDS.contains(keyword.getKey()) || !qualifies(keyword.getKey(), keyword.getValue(), depth)) {
                return false;
            }
        }
        boolean isObject = isObject(schema.path("type")) || schema.has("properties");
        return !isObject || isClosed(schema);
    }

    private static boolean qualifies(String keyword, JsonNode value, int depth) {
        switch (keyword) {
            case "properties", "$defs" -> {
                for (JsonNode part : value) {
                    if (!qualifies(part, depth + 1)) {
                        return false;
                    }
                }
                return value.isObject();
            }
            case "anyOf" -> {
                for (JsonNode part : value) {
                    if (!qualifies(part, depth + 1)) {
                        return false;
                    }
                }
                return value.isArray() && !value.isEmpty();
            }
            case "items" -> {
                return qualifies(value, depth + 1);
            }
            case "format" -> {
                return FORMATS.contains(value.asText());
            }
            default -> {
                return true;
            }
        }
    }

    private static boolean isObject(JsonNode type) {
        if (type.isTextual()) {
            return type.asText().equals("object");
        }
        for (JsonNode one : type) {
            if (one.asText().equals("object")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isClosed(JsonNode schema) {
        JsonNode other = schema.path("additionalProperties");
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        Set<String> all = new HashSet<>();
        schema.path("properties").fieldNames().forEachRemaining(all::add);
        return other.isBoolean() && !other.asBoolean() && required.equals(all);
    }
}
