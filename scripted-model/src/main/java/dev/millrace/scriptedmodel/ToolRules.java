package dev.millrace.scriptedmodel;

import static dev.millrace.scriptedmodel.FieldRules.absent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of OpenAI for the tools of a request, in its words. In a chat, the fields of a function are one level deeper,
 * and a function is strict only if the request says so; a response without {@code strict} makes the schema strict itself,
 * and refuses nothing.
 *
 * <p>A call of the conversation need not be one of these tools: neither OpenAI nor Anthropic checks that.
 */
final class ToolRules {
    private static final int MOST = 128;
    private static final Set<String> FUNCTION = Set.of("name", "description", "parameters", "strict");
    private static final Set<String> RESPONSES_TOOL =
            Set.of("type", "name", "description", "parameters", "strict", "defer_loading", "allowed_callers");
    private static final Set<String> CHAT_TOOL = Set.of("type", "function");
    private static final List<String> COMBINING = List.of("oneOf", "anyOf", "allOf", "enum", "not");
    private static final List<String> LISTS_OF_SCHEMAS = List.of("anyOf", "oneOf", "allOf");
    private static final List<String> MAPS_OF_SCHEMAS = List.of("properties", "$defs");

    /** The guide to structured outputs: what a strict schema may contain. */
    private static final Set<String> STRICT_KEYWORDS =
            Set.of(("type title description properties required additionalProperties items enum const anyOf $defs $ref"
                            + " pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems"
                            + " maxItems")
                    .split(" "));

    private static final Set<String> STRICT_FORMATS =
            Set.of("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid");

    /** The function whose schema is read, for messages. */
    private final String function;

    private final String param;
    private final boolean strict;

    private ToolRules(String function, String param, boolean strict) {
        this.function = function;
        this.param = param;
        this.strict = strict;
    }

    /** Checks the tools of a request; {@code known} if fields must be known. */
    static void check(JsonNode tools, boolean chat, boolean known) {
        FieldRules.array(tools, "tools");
        if (tools.size() > MOST) {
            throw RequestRefusal.of(
                    "array_above_max_length",
                    "tools",
                    "Invalid 'tools': array too long. Expected an array with maximum length " + MOST
                            + ", but got an array with length " + tools.size() + " instead.");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tools.size(); i++) {
            String at = "tools[" + i + "]";
            JsonNode tool = tools.get(i);
            String type = FieldRules.string(tool.path("type"), at + ".type");
            String field = chat ? "." + type : "";
            JsonNode body = chat ? tool.path(type) : tool;
            if (type.equals("function") || type.equals("custom")) {
                FieldRules.name(body.path("name"), at + field + ".name");
                // DeepSeek.
                if (!names.add(body.path("name").asText())) {
                    throw RequestRefusal.of("Tool names must be unique.");
                }
            }
            if (type.equals("function")) {
                if (known) {
                    onlyKnown(tool, chat ? CHAT_TOOL : RESPONSES_TOOL, at);
                    onlyKnown(body, chat ? FUNCTION : RESPONSES_TOOL, at + field);
                }
                function(body, at + field);
            }
        }
    }

    private static void onlyKnown(JsonNode object, Set<String> known, String at) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw RequestRefusal.unknown(at + "." + name);
            }
        });
    }

    private static void function(JsonNode body, String at) {
        if (!absent(body.path("description"))) {
            FieldRules.string(body.path("description"), at + ".description");
        }
        JsonNode strict = body.path("strict");
        if (!absent(strict) && !strict.isBoolean()) {
            throw RequestRefusal.type(at + ".strict", "a boolean", strict);
        }
        JsonNode parameters = body.path("parameters");
        if (!absent(parameters)) {
            new ToolRules(body.path("name").asText(), at + ".parameters", strict.asBoolean()).root(parameters);
        }
    }

    private void root(JsonNode parameters) {
        if (!parameters.isObject()) {
            throw RequestRefusal.type(param, "an object", parameters);
        }
        JsonNode type = parameters.path("type");
        if (!type.asText().equals("object")) {
            String got = absent(type) ? "None" : type.asText();
            throw refusal("schema must be a JSON Schema of 'type: \"object\"', got 'type: \"" + got + "\"'.");
        }
        if (COMBINING.stream().anyMatch(parameters::has)) {
            throw refusal("schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top"
                    + " level.");
        }
        if (absent(parameters.path("properties"))) {
            throw refusal("In context=(), object schema missing properties.");
        }
        schema(parameters, List.of());
    }

    private void schema(JsonNode schema, List<String> context) {
        if (isOf(schema, "array") && absent(schema.path("items"))) {
            throw refusal(context, "array schema missing items.");
        }
        if (strict) {
            strict(schema, context);
        }
        for (String field : MAPS_OF_SCHEMAS) {
            for (Map.Entry<String, JsonNode> part : schema.path(field).properties()) {
                schema(part.getValue(), longer(context, field, part.getKey()));
            }
        }
        for (String field : LISTS_OF_SCHEMAS) {
            for (int i = 0; i < schema.path(field).size(); i++) {
                schema(schema.path(field).path(i), longer(context, field, String.valueOf(i)));
            }
        }
        if (schema.path("items").isObject()) {
            schema(schema.path("items"), longer(context, "items"));
        }
    }

    private void strict(JsonNode schema, List<String> context) {
        if (schema.has("$ref") && schema.size() > 1) {
            List<String> others = new ArrayList<>();
            schema.fieldNames().forEachRemaining(others::add);
            others.remove("$ref");
            throw refusal(context, "$ref cannot have keywords {'" + String.join("', '", others) + "'}.");
        }
        schema.fieldNames().forEachRemaining(keyword -> {
            if (!STRICT_KEYWORDS.contains(keyword)) {
                throw refusal(context, "'" + keyword + "' is not permitted.");
            }
        });
        if (!schema.has("type") && !schema.has("anyOf") && !schema.has("$ref")) {
            throw refusal(context, "schema must have a 'type' key.");
        }
        String format = schema.path("format").asText("");
        if (!format.isEmpty() && !STRICT_FORMATS.contains(format)) {
            throw refusal(context, "'" + format + "' is not a valid format.");
        }
        if (isOf(schema, "object") || schema.has("properties")) {
            closed(schema, context);
        }
    }

    private void closed(JsonNode schema, List<String> context) {
        JsonNode other = schema.path("additionalProperties");
        if (!other.isBoolean() || other.booleanValue()) {
            throw refusal(context, "'additionalProperties' is required to be supplied and to be false.");
        }
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").fieldNames().forEachRemaining(name -> {
            if (!required.remove(name)) {
                throw refusal(
                        context,
                        "'required' is required to be supplied and to be an array including every key in properties."
                                + " Missing '" + name + "'.");
            }
        });
        required.stream().findFirst().ifPresent(name -> {
            throw refusal(
                    context,
                    "'required' is required to be supplied and to be an array including every key in"
                            + " properties. Extra required key '" + name + "' supplied.");
        });
    }

    private static boolean isOf(JsonNode schema, String type) {
        JsonNode declared = schema.path("type");
        return declared.isArray()
                ? declared.valueStream().anyMatch(one -> one.asText().equals(type))
                : declared.asText().equals(type);
    }

    private static List<String> longer(List<String> context, String... more) {
        List<String> longer = new ArrayList<>(context);
        longer.addAll(List.of(more));
        return longer;
    }

    /** The service writes the place in the form of Python. */
    private RequestRefusal refusal(List<String> context, String problem) {
        String place = context.isEmpty() ? "" : "'" + String.join("', '", context) + "'";
        return refusal("In context=(" + place + (context.size() == 1 ? "," : "") + "), " + problem);
    }

    private RequestRefusal refusal(String problem) {
        return RequestRefusal.of(
                "invalid_function_parameters", param, "Invalid schema for function '" + function + "': " + problem);
    }
}
