package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.scriptedmodel.ToolCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ToolListTest {
    private static final Map<String, String> HEADERS = Map.of("anthropic-version", "2023-06-01", "x-api-key", "key");
    private static final String CLOSED = "{'type':'object','properties':{'id':{'type':'string'}},'required':['id'],"
            + "'additionalProperties':false}";
    private static final Prompt WITH_TOOLS = with(
            tool("closed", CLOSED),
            tool("either", "{'type':'object','oneOf':[{'required':['a']}],'properties':{'a':{'anyOf':[{}]}}}"),
            new ToolDefinition("empty", Optional.empty(), JsonCodec.parse("{}")));

    @Test
    void should_offer_the_tools_in_their_order_and_mark_them_for_the_cache() {
        ObjectNode body = body(WITH_TOOLS);

        assertThat(body.path("tools"))
                .isEqualTo(json("[{'name':'closed','description':'does closed','input_schema':" + CLOSED + "},"
                        + "{'name':'either','description':'does either\\n\\nThe arguments also match this JSON schema:"
                        + " {\\\"oneOf\\\":[{\\\"required\\\":[\\\"a\\\"]}]}',"
                        + "'input_schema':{'type':'object','properties':{'a':{'anyOf':[{}]}}}},"
                        + "{'name':'empty','input_schema':{'type':'object'},"
                        + "'cache_control':{'type':'ephemeral'}}]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tools.1.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
                "tools.1.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
                "tools.1.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12"
            })
    void should_leave_out_the_tool_that_a_refusal_names_until_its_schema_changes(String message) {
        ToolDefinition good = tool("good", CLOSED);
        Prompt prompt = with(good, tool("bad", "{'type':'object','properties':{'filter[id]':{}}}"));
        String parameter = OptionalParameters.refused(
                        new ErrorBody("", "invalid_request_error", message, "", 0),
                        RequestBody.of(prompt, AgentLog.model("m")),
                        prompt)
                .orElseThrow();

        assertThat(parameter).startsWith("tools.bad#");
        assertThat(body(prompt.without(parameter)).path("tools").findValuesAsText("name"))
                .containsExactly("good");
        assertThat(body(with(tool("bad", CLOSED)).without(parameter))
                        .path("tools")
                        .findValuesAsText("name"))
                .containsExactly("bad");
    }

    @Test
    void should_say_nothing_of_tools_if_there_are_none() {
        assertThat(body(with()).has("tools")).isFalse();
    }

    @Test
    void should_not_mark_anything_if_the_service_refused_that() {
        assertThat(body(WITH_TOOLS.without("cache_control")).toString()).doesNotContain("cache_control");
    }

    @Test
    void should_have_four_marks_at_most() {
        Prompt prompt = Prompt.builder()
                .from(WITH_TOOLS)
                .instructions("be brief")
                .addParts(output(new ModelItem.Message("hello")), new PromptPart.Input("user", TextNode.valueOf("two")))
                .build();

        assertThat(body(prompt).findParents("cache_control")).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "7", "{'type':'string'}", "{'anyOf':[{}],'allOf':[{}],'oneOf':[{}]}"})
    void should_send_any_schema_in_a_form_that_the_service_takes(String parameters) {
        Prompt prompt = with(tool("f", parameters));
        JsonNode before = prompt.tools().get(0).parameters().deepCopy();

        body(prompt);

        assertThat(prompt.tools().get(0).parameters()).isEqualTo(before);
    }

    @Test
    void should_send_the_results_of_parallel_calls_in_one_message_before_what_follows() {
        Prompt prompt = Prompt.builder()
                .from(WITH_TOOLS)
                .addParts(
                        output(
                                new ModelItem.Message("wait"),
                                new ModelItem.ToolCall("a", "closed", "{\"id\":\"1\"}"),
                                new ModelItem.ToolCall("b", "either", "{}"),
                                new ModelItem.ToolCall("c", "gone", "{}")),
                        new PromptPart.ToolResult("a", "one"),
                        new PromptPart.ToolResult("b", ""),
                        new PromptPart.ToolResult("c", "There is no such tool."))
                .build();

        ObjectNode body = body(prompt);
        assertThat(body.path("messages")).hasSize(3);
        assertThat(body.at("/messages/1/content").findValuesAsText("type"))
                .containsExactly("text", "tool_use", "tool_use", "tool_use");
        assertThat(new ModelRequest(HEADERS, body).toolResults()).containsExactly("one", "", "There is no such tool.");

        ObjectNode later = body(Prompt.builder()
                .from(prompt)
                .tools(List.of())
                .addParts(new PromptPart.Input("user", TextNode.valueOf("and?")))
                .build());
        assertThat(later.at("/messages/2/content").findValuesAsText("type"))
                .containsExactly("tool_result", "tool_result", "tool_result", "text", "ephemeral");
    }

    @Test
    void should_read_whatever_is_called() throws Exception {
        ModelReply calls = ModelReply.calls(
                "",
                new ToolCall("a", "closed", "{\"id\":\"1\"}"),
                new ToolCall("b", "either", ""),
                new ToolCall("c", "unknown", "{ oops"),
                ToolCall.parallel("d", new ToolCall("x", "either", "{}")));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(calls))) {
            Recording said = new Recording();
            var unused = AnthropicModel.builder()
                    .baseUrl(server.baseUrl())
                    .apiKey("k")
                    .build()
                    .send(WITH_TOOLS, said);

            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
            assertThat(server.requests().get(0).toolNames()).containsExactly("closed", "either", "empty");
            assertThat(said.items)
                    .extracting(OutputItem::item)
                    .containsExactly(
                            new ModelItem.ToolCall("a", "closed", "{\"id\":\"1\"}"),
                            new ModelItem.ToolCall("b", "either", "{}"),
                            new ModelItem.ToolCall("c", "unknown", "{ oops"),
                            new ModelItem.ToolCall(
                                    "d",
                                    "parallel",
                                    "{\"tool_uses\":[{\"recipient_name\":\"functions.either\",\"parameters\":{}}]}"));
        }
    }

    private static ToolDefinition tool(String name, String parameters) {
        return new ToolDefinition(name, Optional.of("does " + name), json(parameters));
    }

    private static Prompt with(ToolDefinition... tools) {
        return Prompt.builder()
                .model("m")
                .addAllTools(List.of(tools))
                .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
                .build();
    }

    private static PromptPart.Output output(ModelItem... items) {
        return new PromptPart.Output(
                new Origin("openai", Optional.empty(), "m", Optional.empty()),
                List.of(items).stream()
                        .map(item -> new OutputItem(item, Optional.empty()))
                        .toList());
    }

    /** The body, which the strict server takes. */
    private static ObjectNode body(Prompt prompt) {
        ObjectNode body = RequestBody.of(prompt, AgentLog.model("m"));
        assertThat(new ModelRequest(HEADERS, body).problem()).isEmpty();
        return body;
    }

    private static JsonNode json(String json) {
        return JsonCodec.parse(json.replace('\'', '"'));
    }
}
