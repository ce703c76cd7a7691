package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.Tool;
import io.modelcontextprotocol.spec.McpSchema;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Makes tools of what a server lists.
 *
 * @param prefix stands in front of the names
 * @param limit the longest time of a call
 * @param each changes each tool at the end
 */
record ToolConverter(String prefix, Duration limit, UnaryOperator<Tool<JsonNode>> each) {
    static final ToolConverter UNCHANGED = new ToolConverter("", OfferedTool.DEFAULT_TIMEOUT, tool -> tool);

    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_DESCRIPTION = 4_000;

    ToolConverter withPrefix(String text) {
        return new ToolConverter(text, limit, each);
    }

    ToolConverter withLimit(Duration longest) {
        return new ToolConverter(prefix, longest, each);
    }

    ToolConverter withChange(UnaryOperator<Tool<JsonNode>> next) {
        return new ToolConverter(prefix, limit, tool -> next.apply(each.apply(tool)));
    }

    /** The tools in the order of the server; of two that get the same name, the second gets a number. */
    List<Tool<?>> convert(List<McpSchema.Tool> offered, McpConnection connection) {
        List<Tool<?>> tools = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (McpSchema.Tool tool : offered) {
            try {
                tools.add(convert(tool, unused(prefix + allowed(tool.name()), used), connection));
            } catch (RuntimeException wrong) {
                LOG.log(Level.WARNING, "a tool of an MCP server is not offered: " + tool.name(), wrong);
            }
        }
        return tools;
    }

    private Tool<?> convert(McpSchema.Tool offered, String name, McpConnection connection) {
        Tool<JsonNode> tool =
                Tool.of(name, schema(offered), (arguments, call) -> connection.call(offered.name(), arguments, call));
        String description = offered.description() != null ? offered.description() : offered.title();
        if (description != null) {
            tool = tool.description(
                    description.length() <= LONGEST_DESCRIPTION
                            ? description
                            : description.substring(0, LONGEST_DESCRIPTION) + "…");
        }
        McpSchema.ToolAnnotations hints = offered.annotations();
        if (hints != null && Boolean.TRUE.equals(hints.readOnlyHint())) {
            tool = tool.readOnly();
        } else if (hints != null && Boolean.TRUE.equals(hints.idempotentHint())) {
            tool = tool.idempotent();
        }
        return each.apply(tool.within(limit));
    }

    private static JsonNode schema(McpSchema.Tool offered) {
        JsonNode schema = JsonCodec.toTree(offered.inputSchema());
        ObjectNode object = schema instanceof ObjectNode given ? given : JsonNodeFactory.instance.objectNode();
        object.remove("$schema"); // not every provider takes it
        if (!object.has("type")) {
            object.put("type", "object");
        }
        return object;
    }

    private static String allowed(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static String unused(String wanted, Set<String> used) {
        String whole = wanted.isEmpty() ? "tool" : wanted;
        String name = whole.substring(0, Math.min(whole.length(), LONGEST_NAME));
        for (int number = 2; !used.add(name); number++) {
            String suffix = "_" + number;
            name = whole.substring(0, Math.min(whole.length(), LONGEST_NAME - suffix.length())) + suffix;
        }
        return name;
    }
}
