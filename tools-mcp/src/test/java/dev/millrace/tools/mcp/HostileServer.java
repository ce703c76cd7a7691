package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A program that speaks MCP by hand, and does with each tool what its name says. */
final class HostileServer {
    private static final List<String> TOOLS =
            List.of("big", "huge", "flood", "hang", "die", "garbage", "refuse", "grow", "odd name!/é", "echo");
    private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    private HostileServer() {}

    /** The command that starts it. */
    static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                HostileServer.class.getName());
    }

    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean grown = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = JsonCodec.parse(line);
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            switch (request.path("method").asText()) {
                case "initialize" -> {
                    result.put(
                            "protocolVersion",
                            request.at("/params/protocolVersion").asText());
                    result.putObject("capabilities").putObject("tools").put("listChanged", true);
                    result.putObject("serverInfo").put("name", "hostile").put("version", "1");
                }
                case "tools/list" -> list(result, grown);
                case "tools/call" -> {
                    String tool = request.at("/params/name").asText();
                    grown |= tool.equals("grow");
                    if (!call(tool, request, result)) {
                        continue;
                    }
                }
                default -> {
                    continue;
                }
            }
            answer(request, result);
        }
    }

    private static void answer(JsonNode request, ObjectNode result) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
        answer.set("id", request.path("id"));
        answer.set("result", result);
        print(JsonCodec.writeText(answer));
    }

    private static void list(ObjectNode result, boolean grown) {
        var tools = result.putArray("tools");
        for (String name : TOOLS) {
            tools.addObject().put("name", name).putObject("inputSchema").put("type", "object");
        }
        if (grown) {
            tools.addObject().put("name", "grown").putObject("inputSchema").put("type", "object");
        }
    }

    /** Returns whether an answer follows. */
    private static boolean call(String tool, JsonNode request, ObjectNode result) {
        String text = tool;
        switch (tool) {
            case "big" -> text = "x".repeat(10 << 20);
            case "huge" -> text = "x".repeat(40 << 20);
            case "flood" -> {
                for (int i = 0; i < 20_000; i++) {
                    print(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\""
                                    + "y".repeat(200) + "\"}}");
                }
            }
            case "garbage" -> {
                print("this is no JSON");
                print("{\"jsonrpc\":\"2.0\",\"id\":\"unknown\",\"result\":{}}");
                print("");
            }
            case "refuse" -> {
                ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
                answer.set("id", request.path("id"));
                answer.putObject("error").put("code", -32602).put("message", "not like this");
                print(JsonCodec.writeText(answer));
                return false;
            }
            case "hang" -> {
                return false;
            }
            case "die" -> Runtime.getRuntime().halt(3);
            case "grow" -> print("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
            default -> {}
        }
        result.putArray("content").addObject().put("type", "text").put("text", text);
        return true;
    }

    private static void print(String line) {
        OUT.println(line);
        OUT.flush();
    }
}
