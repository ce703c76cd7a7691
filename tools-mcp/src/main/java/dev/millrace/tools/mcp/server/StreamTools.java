package dev.millrace.tools.mcp.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.app.AgentFailure;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The tools of a server, and how a failed call is answered. */
final class StreamTools {
    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");

    private final List<StreamTool> tools;

    private StreamTools(List<StreamTool> tools) {
        this.tools = tools;
    }

    static StreamTools on(EventStreams streams, StreamPath root) {
        StreamScope scope = new StreamScope(streams, root);
        return new StreamTools(
                List.of(new ReadTool(scope), new StateTool(scope), new AppendTool(scope), new SayTool(scope)));
    }

    List<SyncToolSpecification> specifications() {
        return tools.stream().map(StreamTools::specification).toList();
    }

    private static SyncToolSpecification specification(StreamTool tool) {
        JsonNode schema = JsonCodec.parse(tool.schema());
        Set<String> names = new LinkedHashSet<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return SyncToolSpecification.builder()
                .tool(McpSchema.Tool.builder(tool.name(), StdioTransport.JSON, schema.toString())
                        .description(tool.description())
                        .annotations(tool.hints())
                        .build())
                .callHandler((exchange, request) -> call(tool, names, request))
                .build();
    }

    /** Runs a call. All that goes wrong is an error that the model reads. */
    private static CallToolResult call(StreamTool tool, Set<String> names, CallToolRequest request) {
        try {
            String text = tool.call(ToolArguments.of(names, request.arguments()));
            return CallToolResult.builder().addTextContent(text).isError(false).build();
        } catch (IllegalArgumentException wrong) {
            return error("BAD_REQUEST", wrong);
        } catch (ToolFailure failure) {
            return error(failure.code(), failure);
        } catch (AgentFailure failure) {
            return error(failure.code(), failure);
        } catch (StreamException refused) {
            return error(refused.code().name(), refused);
        } catch (RuntimeException unexpected) {
            LOG.log(Level.WARNING, "the tool " + tool.name() + " failed unexpectedly", unexpected);
            return error("INTERNAL", new IllegalStateException("unexpected " + unexpected));
        }
    }

    private static CallToolResult error(String code, RuntimeException failure) {
        String text = code + ": " + JsonCodec.toWellFormed(String.valueOf(failure.getMessage())) + advice(code);
        return CallToolResult.builder().addTextContent(text).isError(true).build();
    }

    /** What the caller of a tool can do about a refusal; the message of the service is for its own callers. */
    private static String advice(String code) {
        return switch (code) {
            case "FORBIDDEN" ->
                ". This server was started with a token that may not do this, or with none: ask the"
                        + " person who configured it";
            case "UNAVAILABLE" ->
                ". Ask the person who configured this server whether the service runs at that address";
            case "TIMEOUT" -> ". After an append without a key, read the newest events before you repeat it";
            default -> "";
        };
    }
}
