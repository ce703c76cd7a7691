package dev.millrace.scriptedmodel;

import static dev.millrace.scriptedmodel.FieldRules.absent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The rules of OpenAI and of the Open Responses schema for one input item of {@code POST /v1/responses}. */
final class ResponseItemRules {
    /** OpenAI: the list in its error message for an unknown type. */
    private static final List<String> OPENAI_TYPES = List.of(
            ("additional_tools agent_message apply_patch_call apply_patch_call_output code_interpreter_call compaction"
                            + " compaction_trigger computer_call computer_call_output custom_tool_call"
                            + " custom_tool_call_output file_search_call function_call function_call_output"
                            + " image_generation_call item_reference local_shell_call local_shell_call_output"
                            + " mcp_approval_request mcp_approval_response mcp_call mcp_list_tools message"
                            + " multi_agent_call multi_agent_call_output program program_output reasoning shell_call"
                            + " shell_call_output tool_search_call tool_search_output web_search_call")
                    .split(" "));

    /** Open Responses: the union {@code ItemParam} of the schema. */
    private static final List<String> OPEN_TYPES =
            List.of("compaction", "function_call", "function_call_output", "item_reference", "message", "reasoning");

    /** OpenAI: "Expected an ID that begins with". */
    private static final Map<String, String> PREFIXES = Map.of(
            "message", "msg",
            "function_call", "fc",
            "function_call_output", "fc",
            "custom_tool_call", "ctc",
            "reasoning", "rs");

    /** OpenAI: letters, numbers, underscores or dashes; an underscore at the end is refused with the same words. */
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]*[a-zA-Z0-9-]");

    private static final int LONGEST_ID = 64;
    private static final List<String> STATUSES = List.of("in_progress", "completed", "incomplete");
    private static final List<String> ROLES = List.of("assistant", "system", "developer", "user");
    private static final List<String> PHASES = List.of("commentary", "final_answer");
    private static final List<String> INPUT_PARTS = List.of("input_text", "input_image", "input_file");
    private static final List<String> OUTPUT_PARTS = List.of("output_text", "refusal");

    private ResponseItemRules() {}

    static void check(JsonNode item, String at, ProviderDialect dialect) {
        if (!item.isObject()) {
            throw RequestRefusal.type(at, "an input item", item);
        }
        String type = item.path("type").asText("");
        type(type, at, dialect);
        id(item.path("id"), type, at + ".id", dialect);
        switch (type) {
            case "message" -> message(item, at, dialect);
            case "function_call" -> {
                call(item, at);
                FieldRules.string(item.path("arguments"), at + ".arguments");
            }
            case "custom_tool_call" -> {
                call(item, at);
                FieldRules.string(item.path("input"), at + ".input");
            }
            case "function_call_output", "custom_tool_call_output" -> output(item, at);
            case "reasoning" -> reasoning(item, at, dialect);
            case "item_reference" -> FieldRules.string(item.path("id"), at + ".id");
            case "compaction" -> FieldRules.string(item.path("encrypted_content"), at + ".encrypted_content");
            default -> {
                // The client may send back all that the server has sent.
            }
        }
    }

    /**
     * Azure, the Codex endpoint of OpenAI and the Open Responses schema: a type is required. The API of OpenAI itself
     * takes an item without one as a message.
     */
    private static void type(String type, String at, ProviderDialect dialect) {
        boolean open = dialect == ProviderDialect.OPEN_RESPONSES;
        List<String> known = open ? OPEN_TYPES : OPENAI_TYPES;
        // Open Responses: the types of a vendor have its name as prefix.
        if (!known.contains(type) && !(open && type.indexOf(':') > 0)) {
            throw RequestRefusal.value(at, type, known);
        }
    }

    private static void id(JsonNode node, String type, String param, ProviderDialect dialect) {
        if (absent(node)) {
            return;
        }
        String id = FieldRules.string(node, param);
        String expected = null;
        if (id.length() > LONGEST_ID) {
            FieldRules.bounded(node, param, LONGEST_ID);
        } else if (!ID.matcher(id).matches()) {
            expected =
                    "an ID that contains letters, numbers, underscores, or dashes, but this value contained additional"
                            + " characters.";
        } else if (dialect == ProviderDialect.OPENAI && !id.startsWith(PREFIXES.getOrDefault(type, ""))) {
            expected = "an ID that begins with '" + PREFIXES.get(type) + "'.";
        }
        if (expected != null) {
            throw RequestRefusal.of(
                    "invalid_value", param, "Invalid '" + param + "': '" + id + "'. Expected " + expected);
        }
    }

    private static void message(JsonNode item, String at, ProviderDialect dialect) {
        if (absent(item.path("role"))) {
            throw RequestRefusal.missing(at + ".role");
        }
        String role = item.path("role").asText();
        oneOf(item.path("role"), at, ROLES);
        oneOf(item.path("status"), at + ".status", STATUSES);
        oneOf(item.path("phase"), at + ".phase", PHASES);
        if (role.equals("assistant")) {
            parts(item.path("content"), at + ".content", OUTPUT_PARTS);
        } else if (role.equals("user") || dialect == ProviderDialect.OPENAI) {
            parts(item.path("content"), at + ".content", INPUT_PARTS);
        } else {
            // Open Responses: a system or developer message has only text.
            parts(item.path("content"), at + ".content", List.of("input_text"));
        }
    }

    private static void call(JsonNode item, String at) {
        FieldRules.bounded(item.path("call_id"), at + ".call_id", LONGEST_ID);
        FieldRules.name(item.path("name"), at + ".name");
        oneOf(item.path("status"), at + ".status", STATUSES);
    }

    private static void output(JsonNode item, String at) {
        FieldRules.bounded(item.path("call_id"), at + ".call_id", LONGEST_ID);
        oneOf(item.path("status"), at + ".status", STATUSES);
        JsonNode output = item.path("output");
        if (output.isArray() && output.isEmpty()) {
            return;
        }
        parts(output, at + ".output", INPUT_PARTS);
    }

    private static void reasoning(JsonNode item, String at, ProviderDialect dialect) {
        JsonNode content = item.path("content");
        if (dialect == ProviderDialect.OPENAI) {
            // OpenAI: the status and the text that its own types declare are refused.
            if (item.has("status")) {
                throw RequestRefusal.unknown(at + ".status");
            }
            if (!content.isEmpty()) {
                throw RequestRefusal.of(
                        "array_above_max_length",
                        at + ".content",
                        "Invalid '" + at + ".content': array too long. Expected an array with maximum length 0, but got"
                                + " an array with length " + content.size() + " instead.");
            }
        } else if (!absent(content)) {
            // Open Responses: the text is in parts of the type reasoning_text.
            eachPart(content, at + ".content", List.of("reasoning_text"));
        }
        if (absent(item.path("summary"))) {
            throw RequestRefusal.missing(at + ".summary");
        }
        eachPart(item.path("summary"), at + ".summary", List.of("summary_text"));
    }

    /** A string, or an array with at least one part. */
    private static void parts(JsonNode content, String param, List<String> types) {
        if (absent(content)) {
            throw RequestRefusal.missing(param);
        }
        if (content.isTextual()) {
            return;
        }
        if (content.isArray() && content.isEmpty()) {
            throw RequestRefusal.emptyArray(param);
        }
        eachPart(content, param, types);
    }

    private static void eachPart(JsonNode content, String param, List<String> types) {
        if (!content.isArray()) {
            throw RequestRefusal.type(param, "an array of objects", content);
        }
        for (int i = 0; i < content.size(); i++) {
            String at = param + "[" + i + "]";
            String type = FieldRules.string(content.get(i).path("type"), at + ".type");
            if (!types.contains(type)) {
                throw RequestRefusal.value(at, type, types);
            }
            if (type.equals("refusal")) {
                FieldRules.string(content.get(i).path("refusal"), at + ".refusal");
            } else if (type.endsWith("_text")) {
                FieldRules.string(content.get(i).path("text"), at + ".text");
            }
        }
    }

    private static void oneOf(JsonNode node, String param, List<String> values) {
        if (!absent(node) && !values.contains(node.asText())) {
            throw RequestRefusal.value(param, node.asText(), values);
        }
    }
}
