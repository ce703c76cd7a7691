package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that a script makes, in each form of a request and a stream. */
class ScriptedCallsTest {
    private static final Map<String, String> KEYS = Map.of("x-api-key", "k", "anthropic-version", "2023-06-01");
    private static final String PROPERTIES = "'type':'object','properties':{'id':{'type':'string'},"
            + "'amount':{'type':['number','null']},'times':{'type':'integer'},'now':{'type':'boolean'},"
            + "'how':{'enum':['cash','card']}}";

    /** A question to each service, with two tools, and how the conversation continues after a call. */
    private enum Wire {
        RESPONSES(
                ModelRequest.RESPONSES,
                "{'model':'m','tools':[{'type':'function','name':'refund','parameters':{PROPERTIES}},"
                        + "{'type':'function','name':'find_order','parameters':{PROPERTIES}}],"
                        + "'input':[{'type':'message','role':'user','content':'ASKED'}MORE]}",
                ",{'type':'function_call','call_id':'c','name':'refund','arguments':'{}'},"
                        + "{'type':'function_call','call_id':'d','name':'refund','arguments':'{}'},"
                        + "{'type':'function_call_output','call_id':'c','output':'one'},"
                        + "{'type':'function_call_output','call_id':'d','output':[{'type':'input_text','text':'two'}]}",
                ",{'type':'message','role':'user','content':'thanks'}"),
        CHAT(
                ModelRequest.CHAT,
                "{'model':'m','tools':[{'type':'function','function':{'name':'refund','parameters':{PROPERTIES}}},"
                        + "{'type':'function','function':{'name':'find_order','parameters':{PROPERTIES}}}],"
                        + "'messages':[{'role':'user','content':'ASKED'}MORE]}",
                ",{'role':'assistant','tool_calls':["
                        + "{'id':'c','type':'function','function':{'name':'refund','arguments':'{}'}},"
                        + "{'id':'d','type':'function','function':{'name':'refund','arguments':'{}'}}]},"
                        + "{'role':'tool','tool_call_id':'c','content':'one'},"
                        + "{'role':'tool','tool_call_id':'d','content':'two'}",
                ",{'role':'user','content':'thanks'}"),
        MESSAGES(
                ModelRequest.MESSAGES,
                "{'model':'m','max_tokens':9,'tools':[{'name':'refund','input_schema':{PROPERTIES}},"
                        + "{'name':'find_order','input_schema':{PROPERTIES}}],"
                        + "'messages':[{'role':'user','content':'ASKED'}MORE]}",
                ",{'role':'assistant','content':[{'type':'tool_use','id':'c','name':'refund','input':{}},"
                        + "{'type':'tool_use','id':'d','name':'refund','input':{}}]},"
                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c','content':'one'},"
                        + "{'type':'tool_result','tool_use_id':'d','content':'two'}]}",
                ",{'role':'user','content':'thanks'}");

        private final String path;
        private final String body;
        private final String results;
        private final String message;

        Wire(String path, String body, String results, String message) {
            this.path = path;
            this.body = body;
            this.results = results;
            this.message = message;
        }

        ModelRequest asked(String text, String more) {
            JsonNode json = Rule.json(
                    body.replace("PROPERTIES", PROPERTIES).replace("MORE", more).replace("ASKED", "@@"));
            ModelRequest request = new ModelRequest(
                    path, KEYS, JsonCodec.parse(json.toString().replace("@@", text.replace("\"", "\\\""))));
            assertThat(request.problem()).isEmpty();
            return request;
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_find_the_tools_and_the_results_of_a_request(Wire wire) {
        ModelRequest asked = wire.asked("hi", "");
        assertThat(asked.toolNames()).containsExactly("refund", "find_order");
        assertThat(asked.toolResults()).isEmpty();
        assertThat(asked.callCount()).isZero();

        ModelRequest answered = wire.asked("hi", wire.results);
        assertThat(answered.toolResults()).containsExactly("one", "two");
        assertThat(answered.callCount()).isEqualTo(2);

        assertThat(wire.asked("hi", wire.results + wire.message).toolResults()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void should_call_a_tool_and_answer_with_its_result(Wire wire) {
        ModelScript.Reader script = new ModelScript.Reader(ModelScript.empty()
                .callWhenAsked("order", "refund", "{'no json")
                .callWhenAsked("order", "unknown", "{}")
                .otherwise(request -> ModelReply.text("other")));

        for (int turn = 0; turn < 2; turn++) {
            assertThat(calls(script.reply(wire.asked("order 17", "")), wire.asked("x", "")))
                    .containsExactly("call_1 refund {'no json");
            assertThat(text(script.reply(wire.asked("order 17", wire.results)), wire))
                    .isEqualTo("one\ntwo");
        }
        assertThat(text(script.reply(wire.asked("order 17", wire.results + wire.message)), wire))
                .isEqualTo("other");
        assertThat(text(script.reply(wire.asked("hi", "")), wire)).isEqualTo("other");
    }

    @ParameterizedTest
    @EnumSource
    void should_number_the_calls_of_a_conversation(Wire wire) {
        ModelScript.Reader script = new ModelScript.Reader(ModelScript.empty().callWhenAsked("thanks", "refund", ""));

        assertThat(calls(script.reply(wire.asked("hi", wire.results + wire.message)), wire.asked("x", "")))
                .containsExactly("call_3 refund ");
    }

    @ParameterizedTest
    @EnumSource
    void should_let_the_assistant_call_the_tools_that_a_message_names(Wire wire) {
        ModelScript.Reader script = new ModelScript.Reader(ModelScript.assistant());
        ModelRequest asked = wire.asked("Find order 17, and Refund order 18: 12.50, 2 times, by card", "");

        assertThat(calls(script.reply(asked), asked))
                .containsExactly(
                        "call_1 find_order {\"id\":\"17\",\"amount\":0,\"times\":0,\"now\":true,\"how\":\"cash\"}",
                        "call_2 refund {\"id\":\"18\",\"amount\":12.50,\"times\":2,\"now\":true,\"how\":\"card\"}");
        assertThat(text(script.reply(wire.asked("Refund it", wire.results)), wire))
                .isEqualTo("The tools say:\n- one\n- two");
        assertThat(text(script.reply(wire.asked("What is 50 - 8?", "")), wire)).isEqualTo("50 - 8 is 42.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "refund {\"id\":\"x\"} please | {\"id\":\"x\"}",
                "refund \"my order\" | {\"id\":\"my order\",\"amount\":0,\"times\":0,\"now\":true,\"how\":\"cash\"}",
                "REFUND: all of it | {\"id\":\"all of it\",\"amount\":0,\"times\":0,\"now\":true,\"how\":\"cash\"}",
                "refund | {\"id\":\"\",\"amount\":0,\"times\":0,\"now\":true,\"how\":\"cash\"}"
            })
    void should_find_the_arguments_in_a_message(String said, String arguments) {
        ModelRequest asked = Wire.RESPONSES.asked(said, "");

        assertThat(calls(ScriptedAssistant.reply(asked), asked)).containsExactly("call_1 refund " + arguments);
    }

    @Test
    void should_not_call_a_tool_whose_name_is_only_part_of_a_word() {
        ModelRequest asked = Wire.RESPONSES.asked("refunds are nice", "");

        assertThat(calls(ScriptedAssistant.reply(asked), asked)).isEmpty();
    }

    @Test
    void should_make_calls_of_every_kind() {
        // region calls
        ModelScript script = ModelScript.empty()
                .callWhenAsked("order 17", "find_order", "{\"id\": \"17\"}")
                .whenAsked(
                        "everything at once",
                        ModelReply.calls(
                                "Let me see.",
                                new ToolCall("call_1", "find_order", "{\"id\": \"17\"}"),
                                new ToolCall("call_2", "find_order", "{ no JSON"),
                                new ToolCall("call_3", "no_such_tool", ""),
                                ToolCall.parallel("call_4", new ToolCall("", "find_order", "{\"id\": \"18\"}"))),
                        ModelReply.text("done"));
        // endregion
        ModelScript.Reader reader = new ModelScript.Reader(script);
        ModelRequest asked = Wire.RESPONSES.asked("everything at once", "");
        assertThat(calls(reader.reply(asked), asked)).hasSize(4);
        assertThat(text(reader.reply(asked), Wire.RESPONSES)).isEqualTo("done");
    }

    /** Several calls, no JSON, no arguments, an unknown name, and calls within a call. */
    @ParameterizedTest
    @EnumSource
    void should_send_calls_as_they_are(Wire wire) {
        ModelReply reply = ModelReply.calls(
                "Let me see.",
                new ToolCall("a", "refund", "{\"id\":\"1\"}"),
                new ToolCall("b", "refund", "{\"id\": oops"),
                new ToolCall("c", "unknown", ""),
                ToolCall.parallel(
                        "d", new ToolCall("x", "refund", "{\"id\":1}"), new ToolCall("y", "find_order", "{}")));

        assertThat(calls(reply, wire.asked("hi", "")))
                .containsExactly(
                        "a refund {\"id\":\"1\"}",
                        "b refund {\"id\": oops",
                        "c unknown ",
                        "d parallel {\"tool_uses\":[{\"recipient_name\":\"functions.refund\",\"parameters\":{\"id\":1}},"
                                + "{\"recipient_name\":\"functions.find_order\",\"parameters\":{}}]}");
    }

    @Test
    void should_need_json_for_calls_within_a_call() {
        ToolCall broken = new ToolCall("x", "refund", "{");

        assertThatThrownBy(() -> ToolCall.parallel("d", broken)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The calls of a reply as the stream for this request tells them: id, name and arguments. */
    private static List<String> calls(ModelReply reply, ModelRequest request) {
        Map<Integer, String> calls = new TreeMap<>();
        for (JsonNode event : events(reply, request, ProviderDialect.OPENAI)) {
            if (request.isChat()) {
                for (JsonNode call : event.at("/choices/0/delta/tool_calls")) {
                    String head = call.has("id")
                            ? call.path("id").asText() + " "
                                    + call.at("/function/name").asText() + " "
                            : "";
                    calls.merge(
                            call.path("index").asInt(),
                            head + call.at("/function/arguments").asText(),
                            String::concat);
                }
            } else if (request.isAnthropic()) {
                JsonNode block = event.path("content_block");
                if (block.path("type").asText().equals("tool_use")) {
                    calls.put(
                            event.path("index").asInt(),
                            block.path("id").asText() + " " + block.path("name").asText() + " ");
                }
                String piece = event.at("/delta/partial_json").asText();
                calls.computeIfPresent(event.path("index").asInt(), (index, call) -> call + piece);
            } else if (event.path("type").asText().equals("response.output_item.done")) {
                JsonNode item = event.path("item");
                if (item.path("type").asText().equals("function_call")) {
                    calls.put(
                            event.path("output_index").asInt(),
                            String.join(
                                    " ",
                                    item.path("call_id").asText(),
                                    item.path("name").asText(),
                                    item.path("arguments").asText()));
                }
            }
        }
        return List.copyOf(calls.values());
    }

    private static String text(ModelReply reply, Wire wire) {
        StringBuilder text = new StringBuilder();
        for (JsonNode event : events(reply, wire.asked("x", ""), ProviderDialect.OPENAI)) {
            text.append(event.at("/choices/0/delta/content").asText(""));
            text.append(event.at("/delta/text").asText(""));
            text.append(event.path("delta").asText(""));
        }
        return text.toString();
    }

    private static List<JsonNode> events(ModelReply reply, ModelRequest request, ProviderDialect dialect) {
        ModelStream stream = request.isAnthropic()
                ? new AnthropicStreamWriter(request, 1)
                : request.isChat()
                        ? new ChatCompletionWriter(request, 1, ErrorForm.OPENAI)
                        : new ResponseStreamWriter(request, 1, dialect);
        return String.join("", reply.body().pieces(stream, ErrorForm.OPENAI))
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JsonCodec.parse(line.substring("data: ".length())))
                .toList();
    }
}
