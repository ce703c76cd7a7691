package dev.millrace.scriptedmodel;

import static dev.millrace.scriptedmodel.FieldRules.absent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules by which Anthropic refuses {@code POST /v1/messages}, in its words: headers, parameters and tools. {@link
 * AnthropicMessageRules} has the rules for the messages.
 */
final class AnthropicRequestValidator {
    private static final Set<String> PARAMETERS = Set.of(
            ("cache_control container context_management inference_geo max_tokens mcp_servers messages metadata model"
                            + " output_config output_format service_tier speed stop_sequences stream system"
                            + " temperature thinking tool_choice tools top_k top_p")
                    .split(" "));

    /** The first bound of the API. It takes 128 characters now; clients that keep to 64 work with every server. */
    private static final Pattern TOOL_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private static final Set<String> TOOL_FIELDS = Set.of(
            ("allowed_callers cache_control defer_loading description eager_input_streaming input_examples input_schema"
                            + " name strict type")
                    .split(" "));

    private static final Pattern PROPERTY = Pattern.compile("[a-zA-Z0-9_.-]{1,64}");
    private static final int MOST_CACHE_MARKS = 4;
    private static final int LEAST_BUDGET = 1024;

    private AnthropicRequestValidator() {}

    static void check(Map<String, String> headers, JsonNode body) {
        if (headers.getOrDefault("x-api-key", "").isBlank()) {
            throw new RequestRefusal(401, "authentication_error", null, null, "x-api-key header is required");
        }
        if (headers.getOrDefault("anthropic-version", "").isBlank()) {
            throw RequestRefusal.of("anthropic-version: header is required");
        }
        if (!body.isObject()) {
            throw RequestRefusal.of("Input should be a valid dictionary");
        }
        body.fieldNames().forEachRemaining(name -> {
            if (!PARAMETERS.contains(name)) {
                throw RequestRefusal.of(name + ": Extra inputs are not permitted");
            }
        });
        required(body, "model", "model");
        if (body.path("model").asText().isEmpty()) {
            throw RequestRefusal.of("model: String should have at least 1 character");
        }
        required(body, "max_tokens", "max_tokens");
        integer(body.path("max_tokens"), "max_tokens", 1);
        thinking(body);
        system(body.path("system"));
        tools(body.path("tools"));
        required(body, "messages", "messages");
        AnthropicMessageRules.check(body);
        cacheMarks(body);
    }

    static void required(JsonNode parent, String field, String path) {
        if (absent(parent.path(field))) {
            throw RequestRefusal.of(path + ": Field required");
        }
    }

    private static void integer(JsonNode node, String path, int least) {
        if (!node.isIntegralNumber()) {
            throw RequestRefusal.of(path + ": Input should be a valid integer");
        }
        if (node.longValue() < least) {
            throw RequestRefusal.of(path + ": Input should be greater than or equal to " + least);
        }
    }

    private static void thinking(JsonNode body) {
        JsonNode thinking = body.path("thinking");
        if (!thinking.path("type").asText().equals("enabled")) {
            return;
        }
        required(thinking, "budget_tokens", "thinking.enabled.budget_tokens");
        integer(thinking.path("budget_tokens"), "thinking.enabled.budget_tokens", LEAST_BUDGET);
        if (body.path("max_tokens").longValue()
                <= thinking.path("budget_tokens").longValue()) {
            throw RequestRefusal.of("`max_tokens` must be greater than `thinking.budget_tokens`.");
        }
    }

    private static void array(JsonNode node, String path) {
        if (!absent(node) && !node.isArray()) {
            throw RequestRefusal.of(path + ": Input should be a valid list");
        }
    }

    private static void system(JsonNode system) {
        if (!system.isTextual()) {
            array(system, "system");
        }
        for (int i = 0; i < system.size(); i++) {
            if (!system.get(i).path("type").asText().equals("text")) {
                throw RequestRefusal.of("system." + i + ".type: Input should be 'text'");
            }
            if (system.get(i).path("text").asText("").isEmpty()) {
                throw RequestRefusal.of("system: text content blocks must be non-empty");
            }
        }
    }

    private static void tools(JsonNode tools) {
        array(tools, "tools");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tools.size(); i++) {
            JsonNode tool = tools.get(i);
            String at = "tools." + i + ".custom";
            String name = tool.path("name").asText("");
            // The tools of Anthropic have a type, a fixed name and no schema.
            if (tool.path("type").asText("custom").equals("custom")) {
                required(tool, "name", at + ".name");
                if (!TOOL_NAME.matcher(name).matches()) {
                    throw RequestRefusal.of(at + ".name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
                }
                required(tool, "input_schema", at + ".input_schema");
                tool.fieldNames().forEachRemaining(field -> {
                    if (!TOOL_FIELDS.contains(field)) {
                        throw RequestRefusal.of(at + "." + field + ": Extra inputs are not permitted");
                    }
                });
                inputSchema(tool.path("input_schema"), at + ".input_schema");
            }
            if (!names.add(name)) {
                throw RequestRefusal.of("tools: Tool names must be unique.");
            }
        }
    }

    private static void inputSchema(JsonNode schema, String path) {
        if (!schema.path("type").asText().equals("object")) {
            throw RequestRefusal.of(path + ".type: Input should be 'object'");
        }
        if (schema.has("oneOf") || schema.has("allOf") || schema.has("anyOf")) {
            throw RequestRefusal.of(path + ": input_schema does not support oneOf, allOf, or anyOf at the top level");
        }
        schema.path("properties").fieldNames().forEachRemaining(name -> {
            if (!PROPERTY.matcher(name).matches()) {
                throw RequestRefusal.of(
                        path + ".properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'");
            }
        });
    }

    /** Tools, the system prompt and messages together. */
    private static void cacheMarks(JsonNode body) {
        int marks = marks(body.path("tools")) + marks(body.path("system"));
        for (JsonNode message : body.path("messages")) {
            marks += marks(message.path("content"));
        }
        if (marks > MOST_CACHE_MARKS) {
            throw RequestRefusal.of("A maximum of " + MOST_CACHE_MARKS
                    + " blocks with cache_control may be provided. Found " + marks + ".");
        }
    }

    private static int marks(JsonNode blocks) {
        int marks = 0;
        for (JsonNode block : blocks) {
            marks += absent(block.path("cache_control")) ? 0 : 1;
        }
        return marks;
    }

    /** The name of a tool in a {@code tool_use} block. */
    static void toolName(JsonNode name, String path) {
        if (!TOOL_NAME.matcher(name.asText()).matches()) {
            throw RequestRefusal.of(path + ": String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
        }
    }
}
