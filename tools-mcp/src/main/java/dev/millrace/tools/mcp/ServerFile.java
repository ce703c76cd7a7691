package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.payload.StrictPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of MCP servers, in the form that other MCP clients read too.
 *
 * @param mcpServers by name
 */
record ServerFile(Map<String, ServerEntry> mcpServers) {
    private static final StrictPayload<ServerFile> FORM = StrictPayload.of(ServerFile.class);
    private static final String ROOT = "payload";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}?");
    static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** Reads a text without variables. Throws {@link IllegalArgumentException} with the place if it is wrong. */
    static ServerFile read(String json) {
        return read(JsonCodec.parse(json));
    }

    private static ServerFile read(JsonNode json) {
        StrictPayload.Result<ServerFile> read = FORM.read(json);
        if (read.value().isEmpty()) {
            throw wrong(read.problems().stream()
                    .map(problem -> problem.replaceFirst("^" + ROOT + ":", "the whole text:"))
                    .map(problem -> problem.startsWith(ROOT + ".") ? problem.substring(ROOT.length() + 1) : problem)
                    .toList());
        }
        return read.value().get();
    }

    /** The text with the values of its variables. Throws {@link IllegalArgumentException} with the place if it is wrong. */
    static String resolve(String json, Map<String, String> variables) {
        JsonNode written = JsonCodec.parse(json);
        read(written); // the messages about the form have values of the text, so it comes before the variables
        List<String> problems = new ArrayList<>();
        JsonNode resolved = resolved("", written, variables, problems);
        if (problems.isEmpty()) {
            read(resolved)
                    .mcpServers()
                    .forEach((name, entry) ->
                            entry.problems(name).forEach(problem -> problems.add("mcpServers." + name + problem)));
        }
        if (!problems.isEmpty()) {
            throw wrong(problems);
        }
        return JsonCodec.writeText(resolved);
    }

    private static IllegalArgumentException wrong(List<String> problems) {
        return new IllegalArgumentException(String.join("; ", problems));
    }

    private static JsonNode resolved(
            String where, JsonNode json, Map<String, String> variables, List<String> problems) {
        if (json instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(field -> {
                String place = where.isEmpty() ? field.getKey() : where + "." + field.getKey();
                copy.set(field.getKey(), resolved(place, field.getValue(), variables, problems));
            });
            return copy;
        }
        if (json instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                copy.add(resolved(where + "[" + i + "]", array.get(i), variables, problems));
            }
            return copy;
        }
        return json.isTextual() ? TextNode.valueOf(resolved(where, json.textValue(), variables, problems)) : json;
    }

    private static String resolved(String where, String text, Map<String, String> variables, List<String> problems) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            String name = found.group(1);
            boolean isName =
                    found.group().endsWith("}") && VARIABLE_NAME.matcher(name).matches();
            if (!isName || !variables.containsKey(name)) {
                problems.add(where + ": "
                        + (isName
                                ? "the variable " + name + " is not set"
                                : "'" + found.group() + "' is no variable; write ${NAME}"));
            }
            return Matcher.quoteReplacement(variables.getOrDefault(name, ""));
        });
    }
}
