package dev.millrace.tools.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents of a server, with the tools of the MCP servers that its operator named. */
@Timeout(120)
class HostedMcpTest {
    private static final Duration LIMIT = HostedTools.LIMIT;

    @Test
    void should_give_the_tools_of_one_program_to_the_agents_of_two_streams() {
        ModelScript script = ModelScript.of(
                ModelReply.call("1", "every_get-sum", "{\"a\":2,\"b\":3}"),
                ModelReply.text("It is 5."),
                ModelReply.call("1", "every_echo", "{\"message\":\"hi\"}"),
                ModelReply.text("It said hi."));
        List<ProcessHandle> before = children();
        try (ScriptedModelServer model = ScriptedModelServer.start(script);
                StreamEngine engine =
                        start(model, servers("every", EverythingServer.command("stdio")), Timers.system())) {
            EventStreams streams = engine.streams();
            attach(streams, "/helper", "mcp", "{\"servers\": [\"every\"]}");
            attach(streams, "/helper", "agent", "{\"toolHosts\": [\"mcp\"]}");

            assertThat(say(streams, "/helper/1", "2 + 3?")).isEqualTo("It is 5.");
            assertThat(say(streams, "/helper/2", "Say hi.")).isEqualTo("It said hi.");
            assertThat(model.requests().get(1).body().toString()).contains("The sum of 2 and 3 is 5.");
            assertThat(model.requests().get(3).body().toString()).contains("Echo: hi");
            assertThat(started(before)).hasSize(1);
        }
        HostedTools.eventually(() -> started(before).isEmpty());
    }

    @Test
    void should_say_on_the_stream_what_it_cannot_offer() {
        VirtualTimers timers = new VirtualTimers();
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.empty());
                StreamEngine engine = start(model, servers("broken", List.of("no-such-program", "secret")), timers)) {
            EventStreams streams = engine.streams();
            attach(streams, "/unknown", "mcp", "{\"servers\": [\"broken\", \"files\"]}");
            attach(streams, "/wrong", "mcp", "{\"command\": \"sh\"}");
            attach(streams, "/broken", "mcp", "{\"servers\": [\"broken\"]}");
            append(streams, "/broken", EventInput.ofType("agent-input-added"));
            HostedTools.eventually(() -> {
                timers.advance(Duration.ofSeconds(1));
                return !errors(streams, "/broken").isEmpty();
            });

            assertThat(errors(streams, "/unknown").get(0).path("message").asText())
                    .contains("no MCP server is named [files]; this server knows [broken]");
            assertThat(errors(streams, "/wrong").get(0).path("message").asText())
                    .contains("config of 'mcp': servers: expected an array, got nothing, command: unknown field");
            JsonNode missing = errors(streams, "/broken").get(0);
            assertThat(missing.path("message").asText())
                    .contains("does not know the tools of MCP server 'broken' yet")
                    .doesNotContain("secret");
            assertThat(missing.at("/error/code").asText()).isEqualTo("tools-missing");
        }
    }

    @Test
    void should_say_that_the_server_has_no_file() {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.empty());
                StreamEngine engine = start(model, Optional.empty(), Timers.system())) {
            attach(engine.streams(), "/none", "mcp", "{\"servers\": [\"files\"]}");

            HostedTools.eventually(() -> !errors(engine.streams(), "/none").isEmpty());
            assertThat(errors(engine.streams(), "/none").get(0).path("message").asText())
                    .contains("this server has no MCP servers; start it with 'millrace serve --mcp FILE'");
        }
    }

    private static StreamEngine start(ScriptedModelServer model, Optional<String> servers, Timers timers) {
        Map<String, String> settings = servers.map(
                        text -> Map.of("openai.base-url", model.baseUrl(), McpProvider.SETTING, text))
                .orElse(Map.of("openai.base-url", model.baseUrl()));
        return StreamEngine.builder(new InMemoryEventStore())
                .timers(timers)
                .processors(List.of(new AgentProvider(), new McpProvider()))
                .settings(settings)
                .start();
    }

    /** A setting with one server, a program. */
    private static Optional<String> servers(String name, List<String> command) {
        ObjectNode file = (ObjectNode) JsonCodec.parse("{}");
        ObjectNode server = file.putObject("mcpServers").putObject(name).put("command", command.get(0));
        command.subList(1, command.size()).forEach(server.putArray("args")::add);
        return Optional.of(McpProvider.setting(file.toString(), Map.of()));
    }

    private static String say(EventStreams streams, String path, String text) {
        return Conversation.at(streams, path).say(text).await(LIMIT).text();
    }

    private static void attach(EventStreams streams, String path, String processor, String config) {
        EventInput event = EventInput.of(
                new StreamEvent.ProcessorAttached(processor, Optional.of(JsonCodec.parse(config)), Optional.of(true)));
        append(streams, path, event);
    }

    private static void append(EventStreams streams, String path, EventInput event) {
        streams.append(StreamPath.of(path), event)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static List<JsonNode> errors(EventStreams streams, String path) {
        return streams
                .read(StreamPath.of(path), ReadRange.all())
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .stream()
                .filter(event -> event.type().endsWith("/error-occurred"))
                .map(Event::payloadJson)
                .toList();
    }

    private static List<ProcessHandle> started(List<ProcessHandle> before) {
        return children().stream().filter(child -> !before.contains(child)).toList();
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().descendants().toList();
    }
}
