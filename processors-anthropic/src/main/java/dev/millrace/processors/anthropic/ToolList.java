package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.util.List;

/**
 * The tools of a request. The service refuses the whole request if one schema combines others at the top level; there,
 * such keywords go into the description, where the model can read them. A tool that it has refused all the same is left
 * out.
 */
final class ToolList {
    private static final List<String> NOT_AT_THE_TOP = List.of("oneOf", "allOf", "anyOf");

    private ToolList() {}

    static ArrayNode of(Prompt prompt) {
        ArrayNode tools = JsonNodeFactory.instance.arrayNode();
        for (ToolDefinition definition : prompt.tools()) {
            if (prompt.unsupported().contains(definition.refusalName())) {
                continue;
            }
            ObjectNode tool = tools.addObject().put("name", definition.name());
            ObjectNode schema = object(definition.parameters());
            ObjectNode combined = JsonNodeFactory.instance.objectNode();
            for (String keyword : NOT_AT_THE_TOP) {
                if (schema.has(keyword)) {
                    combined.set(keyword, schema.remove(keyword));
                }
            }
            String description = description(definition.description().orElse(""), combined);
            if (!description.isBlank()) {
                tool.put("description", description);
            }
            tool.set("input_schema", schema);
        }
        return tools;
    }

    private static ObjectNode object(JsonNode parameters) {
        ObjectNode object =
                parameters instanceof ObjectNode schema ? schema.deepCopy() : JsonNodeFactory.instance.objectNode();
        return object.path("type").asText().equals("object") ? object : object.put("type", "object");
    }

    private static String description(String text, ObjectNode combined) {
        if (combined.isEmpty()) {
            return text;
        }
        String rule = "The arguments also match this JSON schema: " + JsonCodec.writeText(combined);
        return text.isBlank() ? rule : text + "\n\n" + rule;
    }
}
