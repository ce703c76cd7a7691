package dev.millrace.tools.mcp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.Tool;
import io.modelcontextprotocol.spec.McpSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of MCP servers that an operator writes. */
class ServerFileTest {
    private static final Map<String, String> VARIABLES = Map.of("KEY", "s3cret ${KEY} \"$1\"", "EMPTY", "");

    @Test
    void should_put_the_values_of_variables_into_texts() {
        JsonNode file = JsonCodec.parse(
                resolve(
                        "{'mcpServers': {"
                                + "'files': {'command': 'npx', 'args': ['-y', '--key=${KEY}', '$HOME'], 'env': {'A': '${EMPTY}'}},"
                                + "'web': {'type': 'http', 'url': 'https://example.com/mcp', 'headers': {'Authorization': 'Bearer ${EMPTY}x'}}}}"));

        assertThat(file.at("/mcpServers/files/args/1").asText()).isEqualTo("--key=s3cret ${KEY} \"$1\"");
        assertThat(file.at("/mcpServers/files/args/2").asText()).isEqualTo("$HOME");
        assertThat(file.at("/mcpServers/files/env/A").asText()).isEmpty();
        assertThat(file.at("/mcpServers/web/headers/Authorization").asText()).isEqualTo("Bearer x");
        assertThat(ServerFile.read(file.toString()).mcpServers()).containsOnlyKeys("files", "web");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                | line 1, column",
                "[]                                               | the whole text: expected an object",
                "{}                                               | mcpServers: expected an object, got nothing",
                "{'mcpServers': {}, 'servers': {}}                | servers: unknown field",
                "{'mcpServers': {'a': {'comand': 'npx'}}}         | mcpServers.a.comand: unknown field",
                "{'mcpServers': {'a': {'command': ['npx']}}}      | mcpServers.a.command: expected a string",
                "{'mcpServers': {'a': {'command': 'x', 'args': ['1', 2]}}} | mcpServers.a.args[1]: expected a string, got 2",
                "{'mcpServers': {'a': {'command': 'x', 'effects': {'b': 'safe'}}}} | mcpServers.a.effects.b: expected one of read-only, idempotent, once",
                "{'mcpServers': {'a': {'command': 'x', 'timeoutSeconds': 0}}} | mcpServers.a.timeoutSeconds: expected",
                "{'mcpServers': {'a': {}}}                        | mcpServers.a: give command, for a program, or url",
                "{'mcpServers': {'a': {'command': 'x', 'url': 'http://x'}}} | mcpServers.a: command and url exclude each other",
                "{'mcpServers': {'a': {'command': ' '}}}          | mcpServers.a.command: must name a program",
                "{'mcpServers': {'a': {'command': 'x', 'type': 'http'}}} | mcpServers.a.type: must be stdio",
                "{'mcpServers': {'a': {'command': 'x', 'headers': {}}}} | mcpServers.a.headers: belongs to a server with url",
                "{'mcpServers': {'a': {'command': 'x', 'env': {'A=B': 'x'}}}} | mcpServers.a.env.A=B: is no name of a variable",
                "{'mcpServers': {'a': {'command': 'x', 'prefix': 'a.'}}} | mcpServers.a.prefix: must have at most 32 characters",
                "{'mcpServers': {'a': {'url': 'ftp://x'}}}        | mcpServers.a.url: must be an http or https URL",
                "{'mcpServers': {'a': {'url': 'http://x', 'type': 'sse'}}} | mcpServers.a.type: must be http",
                "{'mcpServers': {'a': {'url': 'http://x', 'args': []}}} | mcpServers.a.args: belongs to a server with command",
                "{'mcpServers': {'a': {'url': 'http://x', 'headers': {'A B': 'x'}}}} | mcpServers.a.headers.A B: is no header",
                "{'mcpServers': {'a b': {'command': 'x'}}}        | mcpServers.a b: the name of a server must have",
                "{'mcpServers': {'a': {'command': 'x', 'args': ['${NONE}']}}} | mcpServers.a.args[0]: the variable NONE is not set",
                "{'mcpServers': {'a': {'command': 'x', 'args': ['${1}']}}} | mcpServers.a.args[0]: '${1}' is no variable; write ${NAME}",
                "{'mcpServers': {'a': {'command': 'x', 'args': ['${KEY']}}} | mcpServers.a.args[0]: '${KEY' is no variable",
            })
    void should_say_what_is_wrong_and_where(String json, String problem) {
        assertThatThrownBy(() -> resolve(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void should_name_no_value_of_a_variable_in_a_problem() {
        assertThatThrownBy(() -> resolve("{'mcpServers': {'a': {'url': '${KEY}', 'headers': {'host': '${KEY}'},"
                        + " 'prefix': '${KEY}', 'type': '${KEY}'}}}"))
                .hasMessageContaining("url")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> SharedServers.of("{\"mcpServers\": \"s3cret\"}"))
                .hasMessageContaining("the setting mcp.servers of this server is wrong")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void should_let_the_operator_decide_what_a_tool_does_and_who_approves_it() {
        List<OfferedTool> offered = offered("'prefix': 'f_', 'timeoutSeconds': 5,"
                + "'effects': {'read': 'once', '*': 'idempotent'}, 'approval': ['write']");

        assertThat(offered).extracting(OfferedTool::name).containsExactly("f_read", "f_write");
        assertThat(offered)
                .extracting(OfferedTool::effectOrOnce)
                .containsExactly(SideEffect.ONCE, SideEffect.IDEMPOTENT);
        assertThat(offered)
                .extracting(OfferedTool::approvalOrNever)
                .containsExactly(ApprovalMode.NEVER, ApprovalMode.ALWAYS);
        assertThat(offered).extracting(OfferedTool::timeoutOrDefault).containsOnly(Duration.ofSeconds(5));
        assertThat(offered("'approval': ['*']"))
                .extracting(OfferedTool::approvalOrNever)
                .containsOnly(ApprovalMode.ALWAYS);
        assertThat(offered("'env': {}")).extracting(OfferedTool::name).containsExactly("files_read", "files_write");
        assertThat(offered("'env': {}"))
                .extracting(OfferedTool::effectOrOnce)
                .containsExactly(SideEffect.READ_ONLY, SideEffect.ONCE);
    }

    @Test
    void should_want_an_approval_also_if_the_server_names_its_tools_otherwise() {
        assertThat(offered("'approval': ['write_file']", "write.file", "write_file", "read"))
                .extracting(OfferedTool::name, OfferedTool::approvalOrNever)
                .containsExactly(
                        tuple("files_write_file", ApprovalMode.ALWAYS),
                        tuple("files_write_file_2", ApprovalMode.ALWAYS),
                        tuple("files_read", ApprovalMode.NEVER));
        assertThat(offered("'approval': ['write_file']", "writeFile", "read"))
                .extracting(OfferedTool::approvalOrNever)
                .containsOnly(ApprovalMode.ALWAYS);
    }

    /** The tools as a server with these fields offers them. */
    private static List<OfferedTool> offered(String fields, String... names) {
        ServerEntry entry = entry(fields);
        List<McpSchema.Tool> listed = Stream.of(names)
                .map(name ->
                        McpSchema.Tool.builder(name, Map.of("type", "object")).build())
                .toList();
        return new SharedServer("files", entry)
                .safe(entry.server("files").tools(listed)).stream()
                        .<OfferedTool>map(Tool::offer)
                        .toList();
    }

    private static ServerEntry entry(String fields) {
        String file = resolve("{'mcpServers': {'files': {'command': 'x', " + fields + "}}}");
        return requireNonNull(ServerFile.read(file).mcpServers().get("files"));
    }

    /** The tools {@code read} and {@code write} as a server with these fields offers them. */
    private static List<OfferedTool> offered(String fields) {
        McpSchema.Tool read = McpSchema.Tool.builder("read", Map.of("type", "object"))
                .annotations(
                        McpSchema.ToolAnnotations.builder().readOnlyHint(true).build())
                .build();
        McpSchema.Tool write =
                McpSchema.Tool.builder("write", Map.of("type", "object")).build();
        return entry(fields).server("files").tools(List.of(read, write)).stream()
                .<OfferedTool>map(Tool::offer)
                .toList();
    }

    private static String resolve(String json) {
        return McpProvider.setting(json.replace('\'', '"'), VARIABLES);
    }
}
