package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ProviderDialect;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionToolsTest {
    @Test
    void should_offer_the_tools_in_their_order_before_the_conversation() {
        ObjectNode body = body(ToolPrompts.WITH_TOOLS);

        assertThat(body.fieldNames())
                .toIterable()
                .containsExactly("model", "stream", "store", "stream_options", "include", "tools", "input");
        assertThat(body.path("tools"))
                .isEqualTo(json("[{'type':'function','name':'strict','description':'does strict','parameters':"
                        + ToolPrompts.CLOSED
                        + ",'strict':true},"
                        + "{'type':'function','name':'loose','description':'does loose\\n\\nThe arguments also match this JSON"
                        + " schema: {\\\"oneOf\\\":[{\\\"required\\\":[\\\"tags\\\"]},{\\\"required\\\":[\\\"type\\\"]}]}',"
                        + "'parameters':{'type':'object','properties':{'tags':{'type':'array','items':{}},"
                        + "'type':{'enum':['array']}}},'strict':false},"
                        + "{'type':'function','name':'empty','parameters':{'type':'object','properties':{}},"
                        + "'strict':false}]"));
    }

    @Test
    void should_say_nothing_of_tools_if_there_are_none() {
        assertThat(body(ToolPrompts.with()).has("tools")).isFalse();
    }

    @Test
    void should_leave_out_strict_or_strict_schemas() {
        assertThat(body(ToolPrompts.WITH_TOOLS.without("strict")).path("tools").findValues("strict"))
                .isEmpty();
        assertThat(body(ToolPrompts.WITH_TOOLS.without("strict-schemas"))
                        .path("tools")
                        .findValuesAsText("strict"))
                .containsExactly("false", "false", "false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "{'type':'string'}",
                "{'type':'object'}",
                "{'type':'object','additionalProperties':false}",
                "{'properties':{'a':{}},'anyOf':[{'required':['a']}],'not':{},'enum':[{}],'const':{}}",
                "{'$ref':'#/$defs/a','$defs':{'a':{'type':'object','properties':{'b':{'type':'array'}}}}}",
                "{'type':'object','properties':{'a':{'anyOf':[{'type':'array'},{'type':'null'}]}}}",
                "{'type':'object','properties':{'a':{'type':'array','items':{'type':'array'}}}}"
            })
    void should_send_any_schema_in_a_form_that_the_service_takes(String parameters) {
        Prompt prompt = ToolPrompts.with(ToolPrompts.tool("f", parameters));
        JsonNode before = prompt.tools().get(0).parameters().deepCopy();

        body(prompt);

        assertThat(prompt.tools().get(0).parameters()).isEqualTo(before);
    }

    @Test
    void should_send_parallel_calls_with_one_output_each() {
        Prompt prompt = Prompt.builder()
                .from(ToolPrompts.WITH_TOOLS)
                .addParts(
                        new PromptPart.Output(
                                new Origin("openai", Optional.of(AgentLog.BASE_URL), "m", Optional.empty()),
                                List.of(call("a", "strict"), call("b", "loose"), call("c", "gone"))),
                        new PromptPart.ToolResult("a", "one"),
                        new PromptPart.ToolResult("b", ""),
                        new PromptPart.ToolResult("c", "There is no such tool."))
                .build();

        assertThat(new ModelRequest(Map.of(), body(prompt)).toolResults())
                .containsExactly("one", "", "There is no such tool.");
    }

    private static OutputItem call(String id, String name) {
        return new OutputItem(new ModelItem.ToolCall(id, name, "{}"), Optional.empty());
    }

    /** The body, which every kind of strict server takes. */
    private static ObjectNode body(Prompt prompt) {
        ObjectNode body = ResponsesRequestBody.of(prompt, AgentLog.model("m"));
        for (ProviderDialect dialect : ProviderDialect.values()) {
            assertThat(new ModelRequest(Map.of(), body).problem(dialect)).isEmpty();
        }
        return body;
    }

    private static JsonNode json(String json) {
        return JsonCodec.parse(json.replace('\'', '"'));
    }
}
