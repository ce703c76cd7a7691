package dev.millrace.tools.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallProgressed;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All tools of the reference server that a client without sampling, elicitation and roots sees; both transports. */
@Timeout(180)
class EverythingServerTest {
    private static final Map<String, String> ARGUMENTS = new LinkedHashMap<>();
    private static final Map<String, String> RESULTS = new LinkedHashMap<>();

    private static void tool(String name, String arguments, String result) {
        ARGUMENTS.put(name, arguments);
        RESULTS.put(name, result);
    }

    static {
        tool("echo", "{'message':'hi'}", "Echo: hi");
        tool("get-annotated-message", "{'messageType':'error','includeImage':true}", "Error: Operation failed");
        tool("get-env", "{}", "PATH");
        tool("get-resource-links", "{'count':2}", "resource");
        tool("get-resource-reference", "{'resourceType':'Text','resourceId':1}", "resource");
        tool("get-structured-content", "{'location':'New York'}", "temperature");
        tool("get-sum", "{'a':2,'b':3}", "5");
        tool("get-tiny-image", "{}", "[an image, image/png, about ");
        tool("gzip-file-as-resource", "{'name':'a.gz','data':'data:text/plain,hello','outputType':'resource'}", "gz");
        tool("toggle-simulated-logging", "{}", "logging");
        tool("toggle-subscriber-updates", "{}", "updates");
        tool("trigger-long-running-operation", "{'duration':1,'steps':2}", "completed");
        tool("simulate-research-query", "{'topic':'rivers'}", "requires task augmentation"); // which it says itself
    }

    @Test
    void should_call_all_tools_over_stdio() {
        try (HostedTools tools = new HostedTools(Mcp.stdio(EverythingServer.command("stdio")))) {
            callAll(tools);
        }
    }

    @Test
    void should_call_all_tools_over_http() throws Exception {
        try (EverythingServer.Http server = new EverythingServer.Http();
                HostedTools tools = new HostedTools(Mcp.http(server.url()))) {
            callAll(tools);
        }
    }

    private static void callAll(HostedTools tools) {
        Map<String, OfferedTool> offered = tools.offered();

        assertThat(ARGUMENTS.keySet()).containsAll(offered.keySet());
        Map<String, String> results = new LinkedHashMap<>();
        offered.keySet().forEach(name -> results.put(name, tools.call(name, ARGUMENTS.getOrDefault(name, "{}"))));

        assertThat(results)
                .hasSizeGreaterThanOrEqualTo(12)
                .allSatisfy((name, result) -> assertThat(result).as(name).containsIgnoringCase(RESULTS.get(name)));
        assertThat(tools.all(CallProgressed.class)).isNotEmpty();
        JsonNode sum = tools.offer("get-sum").parameters();
        assertThat(sum.at("/properties/a/type")).isEqualTo(JsonCodec.parse("\"number\""));
        assertThat(tools.call("get-sum", "{'a':'x','b':3}")).startsWith("failed: ");
    }

    @Test
    void should_not_know_the_outcome_of_a_call_in_whose_middle_the_program_was_killed() {
        List<ProcessHandle> before = children();
        try (HostedTools tools =
                new HostedTools(Mcp.stdio(EverythingServer.command("stdio")).each(Tool::once))) {
            tools.offered();
            String id = tools.request("trigger-long-running-operation", "{'duration':60,'steps':60}");
            HostedTools.eventually(() -> !tools.all(CallProgressed.class).isEmpty());

            children().stream().filter(child -> !before.contains(child)).forEach(ProcessHandle::destroyForcibly);

            assertThat(tools.end(id)).isInstanceOf(CallOutcomeUnknown.class);
            assertThat(tools.call("echo", "{'message':'again'}")).isEqualTo("Echo: again");
        }
    }

    @Test
    void should_not_know_the_outcome_of_a_call_in_whose_middle_the_http_server_was_killed() throws Exception {
        try (EverythingServer.Http server = new EverythingServer.Http();
                HostedTools tools = new HostedTools(Mcp.http(server.url()).each(Tool::once))) {
            tools.offered();
            String id = tools.request("trigger-long-running-operation", "{'duration':60,'steps':60}");
            HostedTools.eventually(() -> !tools.all(CallProgressed.class).isEmpty());

            server.kill();
            assertThat(tools.end(id)).isInstanceOf(CallOutcomeUnknown.class);
            server.restart();

            HostedTools.eventually(
                    () -> tools.call("echo", "{'message':'again'}").equals("Echo: again"));
        }
    }

    @Test
    void should_take_hints_prefixes_and_changes() {
        Mcp server = Mcp.stdio(EverythingServer.command("stdio"))
                .prefix("every_")
                .env("MILLRACE_TEST", "seen")
                .each(tool -> tool.name().equals("every_echo") ? tool.approval() : tool);
        try (HostedTools tools = new HostedTools(server)) {
            Map<String, OfferedTool> offered = tools.offered();

            assertThat(offered.keySet()).allMatch(name -> name.startsWith("every_"));
            assertThat(tools.offer("every_echo").approvalOrNever().name()).isEqualTo("ALWAYS");
            assertThat(offered.values())
                    .extracting(OfferedTool::effectOrOnce)
                    .contains(SideEffect.ONCE, SideEffect.READ_ONLY);
            assertThat(tools.call("every_get-env", "{}"))
                    .contains("MILLRACE_TEST", "seen", "PATH")
                    .doesNotContain("MAVEN_");
            assertThat(tools.all(CallStarted.class)).hasSize(1);
        }
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().descendants().toList();
    }
}
