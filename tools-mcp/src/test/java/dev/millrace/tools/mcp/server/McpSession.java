package dev.millrace.tools.mcp.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client that writes all its messages at once, and reads the answers when the server has ended. */
final class McpSession {
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final EventStreams streams;
    private final StreamPath root;

    McpSession(EventStreams streams, String root) {
        this.streams = streams;
        this.root = StreamPath.of(root);
    }

    /** The result of a call. */
    record Result(String text, boolean isError) {}

    /** The answers to these lines, which follow an initialization. */
    List<JsonNode> send(String... lines) {
        List<String> all = new ArrayList<>(List.of(
                "{'jsonrpc':'2.0','id':0,'method':'initialize','params':{'protocolVersion':'2025-06-18','capabilities':{},"
                        + "'clientInfo':{'name':'test','version':'1'}}}",
                "{'jsonrpc':'2.0','method':'notifications/initialized'}"));
        all.replaceAll(line -> line.replace('\'', '"'));
        all.addAll(List.of(lines));
        byte[] input = (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        StreamMcpServer.of(streams, root, new ByteArrayInputStream(input), output, GRACE)
                .run();
        return output.toString(StandardCharsets.UTF_8)
                .lines()
                .map(JsonCodec::parse)
                .toList();
    }

    /** Calls a tool with arguments in JSON, with ' for ". */
    Result call(String tool, String arguments) {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
        request.put("id", 1).put("method", "tools/call");
        request.putObject("params").put("name", tool).set("arguments", JsonCodec.parse(arguments.replace('\'', '"')));
        JsonNode answer = send(request.toString()).get(1);
        JsonNode result = answer.path("result");
        if (result.isMissingNode()) {
            throw new AssertionError(answer.toString());
        }
        return new Result(
                result.path("content").path(0).path("text").asText(),
                result.path("isError").asBoolean());
    }
}
