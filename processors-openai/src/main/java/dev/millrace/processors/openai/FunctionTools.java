package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.util.List;

/**
 * The tools of a request. One schema that the service refuses would refuse the whole request, and it refuses some that
 * are valid: an object without {@code properties}, an array without {@code items}, and keywords that combine schemas at
 * the top level. The first two are added; the third go into the description, where the model can read them.
 *
 * <p>A tool that the service has refused all the same is left out.
 *
 * <p>{@code strict} is always said, because the service takes a function without it as strict.
 */
final class FunctionTools {
    private static final String PROPERTIES = "properties";
    private static final String REQUIRED = "required";
    private static final List<String> NOT_AT_THE_TOP = List.of("oneOf", "anyOf", "allOf", "enum", "const", "not");
    private static final List<String> MAPS_OF_SCHEMAS = List.of(PROPERTIES, "$defs", "definitions");
    private static final List<String> LISTS_OF_SCHEMAS = List.of("anyOf", "oneOf", "allOf");

    private FunctionTools() {}

    static ArrayNode of(Prompt prompt) {
        ArrayNode tools = JsonNodeFactory.instance.arrayNode();
        for (ToolDefinition tool : prompt.tools()) {
            if (prompt.unsupported().contains(tool.refusalName())) {
                continue;
            }
            boolean strict = tool.isStrict() && !prompt.unsupported().contains(OptionalParameters.STRICT_SCHEMAS);
            ObjectNode function = tools.addObject().put("type", "function").put("name", tool.name());
            ObjectNode parameters = object(tool.parameters());
            ObjectNode combined = JsonNodeFactory.instance.objectNode();
            for (String keyword : NOT_AT_THE_TOP) {
                if (parameters.has(keyword)) {
                    combined.set(keyword, parameters.remove(keyword));
                }
            }
            String description = description(tool.description().orElse(""), combined);
            if (!description.isEmpty()) {
                function.put("description", description);
            }
            complete(parameters, strict);
            function.set("parameters", parameters);
            if (!prompt.unsupported().contains(OptionalParameters.STRICT)) {
                function.put(OptionalParameters.STRICT, strict);
            }
        }
        return tools;
    }

    private static ObjectNode object(JsonNode parameters) {
        ObjectNode object =
                parameters instanceof ObjectNode schema ? schema.deepCopy() : JsonNodeFactory.instance.objectNode();
        if (!object.path("type").asText().equals("object")) {
            object.put("type", "object");
        }
        if (!object.path(PROPERTIES).isObject()) {
            object.putObject(PROPERTIES);
        }
        return object;
    }

    private static String description(String text, ObjectNode combined) {
        if (combined.isEmpty()) {
            return text;
        }
        String rule = "The arguments also match this JSON schema: " + JsonCodec.writeText(combined);
        return text.isBlank() ? rule : text + "\n\n" + rule;
    }

    /** Adds what the service requires, and the definition does not have, to this schema and those in it. */
    private static void complete(JsonNode schema, boolean strict) {
        if (schema instanceof ObjectNode object) {
            if (object.path("type").asText().equals("array") && !object.has("items")) {
                object.putObject("items");
            }
            if (strict && object.has(PROPERTIES) && !object.has(REQUIRED)) {
                object.putArray(REQUIRED);
            }
            MAPS_OF_SCHEMAS.forEach(field -> object.path(field).forEach(part -> complete(part, strict)));
            LISTS_OF_SCHEMAS.forEach(field -> object.path(field).forEach(part -> complete(part, strict)));
            complete(object.path("items"), strict);
        }
    }
}
