package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.Message;
import dev.millrace.processors.agent.model.ModelItem.Reasoning;
import dev.millrace.processors.agent.model.ModelItem.Refusal;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.PromptPart.Input;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ProviderDialect;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatRequestBodyTest {
    private static final OpenAiModel MODEL =
            OpenAiModel.builder().baseUrl("http://model/v1").wire(Wire.CHAT).build();
    private static final Origin SAME = new Origin("openai", Optional.of("http://model/v1"), "m", Optional.of("chat"));
    private static final Origin OTHER =
            new Origin("openai", Optional.of("http://model/v1"), "m", Optional.of("responses"));

    @Test
    void should_ask_as_servers_want_it() {
        assertThat(JsonCodec.writeText(body(prompt().instructions("be brief").addParts(user("hi")))))
                .isEqualTo("{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                        + "\"messages\":[{\"role\":\"system\",\"content\":\"be brief\"},"
                        + "{\"role\":\"user\",\"content\":\"hi\"}]}");
    }

    @Test
    void should_send_the_configuration() {
        ObjectNode body = body(prompt().reasoningEffort("low")
                .maxOutputTokens(100)
                .temperature(new BigDecimal("0.5"))
                .addParts(user("hi")));

        assertThat(body.path("reasoning_effort").asText()).isEqualTo("low");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(100);
        assertThat(body.path("temperature").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(body.has("max_completion_tokens")).isFalse();
    }

    @Test
    void should_change_the_field_of_the_limit_once_it_is_refused() {
        Prompt.Builder asked = prompt().maxOutputTokens(100).addParts(user("hi"));
        ObjectNode newer = body(asked.addUnsupported("max_tokens"));
        assertThat(newer.has("max_tokens")).isFalse();
        assertThat(newer.path("max_completion_tokens").asInt()).isEqualTo(100);

        ObjectNode none = body(asked.addUnsupported("max_completion_tokens"));
        assertThat(none.has("max_tokens")).isFalse();
        assertThat(none.has("max_completion_tokens")).isFalse();
    }

    @Test
    void should_leave_out_what_was_refused_on_this_wire_only() {
        Prompt.Builder asked = prompt().addParts(user("hi"));
        assertThat(body(asked.addUnsupported("stream_options")).has("stream_options"))
                .isTrue();
        assertThat(body(asked.addUnsupported("stream_options.include_usage")).has("stream_options"))
                .isFalse();
        assertThat(ResponsesRequestBody.of(
                                prompt().addParts(user("hi"))
                                        .addUnsupported("stream_options.include_usage")
                                        .build(),
                                MODEL)
                        .has("stream_options"))
                .isTrue();
    }

    @Test
    void should_group_the_calls_of_a_response_and_let_their_results_follow() {
        JsonNode messages = messages(
                user("add"),
                output(OTHER, text("Let me see."), call("a", "{\"x\":1}"), call("b", "{}")),
                new ToolResult("a", "1"),
                new ToolResult("b", "2"),
                output(OTHER, call("c", "{}")),
                new ToolResult("c", "3"),
                output(OTHER, text("one"), text("two"), new OutputItem(new Refusal("no"), Optional.empty())),
                user("thanks"));

        assertThat(roles(messages))
                .containsExactly("user", "assistant", "tool", "tool", "assistant", "tool", "assistant", "user");
        assertThat(messages.at("/1/content").asText()).isEqualTo("Let me see.");
        assertThat(messages.at("/1/tool_calls/0").toString())
                .isEqualTo("{\"id\":\"a\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"add\",\"arguments\":\"{\\\"x\\\":1}\"}}");
        assertThat(messages.at("/1/tool_calls")).hasSize(2);
        assertThat(messages.at("/3").toString())
                .isEqualTo("{\"role\":\"tool\",\"tool_call_id\":\"b\",\"content\":\"2\"}");
        assertThat(messages.at("/4/content").isNull()).isTrue();
        assertThat(messages.at("/6/content").asText()).isEqualTo("one\n\ntwo\n\nno");
    }

    @Test
    void should_send_nothing_for_an_output_that_is_only_thoughts() {
        assertThat(roles(messages(user("one"), output(SAME, thoughts()), user("two"))))
                .containsExactly("user", "user");
    }

    @Test
    void should_send_thoughts_and_fields_of_the_vendor_back_with_calls_where_they_came_from() {
        OutputItem signed = new OutputItem(
                new ModelItem.ToolCall("a", "add", "{}"),
                Optional.of(JsonCodec.parse("{\"extra_content\":{\"signature\":\"s\"}}")));
        PromptPart[] same = {user("one"), output(SAME, thoughts(), signed), new ToolResult("a", "1")};
        PromptPart[] other = {user("one"), output(OTHER, thoughts(), signed), new ToolResult("a", "1")};

        JsonNode message = messages(same).path(1);
        assertThat(message.path("reasoning").asText()).isEqualTo("Hm.");
        assertThat(message.at("/reasoning_details/0/n").asInt()).isEqualTo(1);
        assertThat(message.at("/tool_calls/0/extra_content/signature").asText()).isEqualTo("s");

        assertThat(messages(other).path(1).toString()).doesNotContain("Hm.", "signature");
        assertThat(body(prompt().addParts(same).addUnsupported("reasoning_content"))
                        .toString())
                .doesNotContain("Hm.")
                .contains("signature");
    }

    @Test
    void should_not_send_thoughts_back_with_an_answer() {
        assertThat(messages(user("one"), output(SAME, thoughts(), text("answer")), user("two"))
                        .path(1)
                        .toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"answer\"}");
    }

    @Test
    void should_send_notes_of_the_developer_as_system_messages_or_as_ones_of_the_user() {
        PromptPart note = new Input("developer", TextNode.valueOf("note"));

        assertThat(roles(messages(user("hi"), note))).containsExactly("user", "system");
        assertThat(roles(body(prompt().addParts(user("hi"), note).addUnsupported("developer-messages"))
                        .path("messages")))
                .containsExactly("user", "user");
    }

    @Test
    void should_send_one_message_in_place_of_several_where_roles_must_alternate() {
        JsonNode image = JsonCodec.parse("[{\"type\":\"input_image\",\"image_url\":\"https://host/x.png\"}]");
        JsonNode messages = body(prompt().instructions("be brief")
                        .addParts(
                                user("one"),
                                new Input("developer", TextNode.valueOf("note")),
                                output(OTHER, text("a")),
                                output(OTHER, text("b"), call("c", "{}")),
                                new ToolResult("c", "1"),
                                user("two"),
                                new Input("user", image))
                        .addUnsupported("system-messages", "consecutive-messages"))
                .path("messages");

        assertThat(roles(messages)).containsExactly("user", "assistant", "tool", "user");
        assertThat(messages.at("/0/content").asText()).isEqualTo("be brief\n\none\n\nnote");
        assertThat(messages.at("/1/content").asText()).isEqualTo("a\n\nb");
        assertThat(messages.at("/1/tool_calls")).hasSize(1);
        assertThat(messages.at("/3/content/0/text").asText()).isEqualTo("two");
        assertThat(messages.at("/3/content/1/type").asText()).isEqualTo("image_url");
    }

    @Test
    void should_send_attachments_of_either_form_to_the_user_only() {
        JsonNode content = JsonCodec.parse(("[{'type':'input_text','text':'look'},"
                        + "{'type':'input_image','image_url':'https://host/x.png','detail':'low'},"
                        + "{'type':'image_url','image_url':{'url':'data:image/png;base64,eA=='}},"
                        + "{'type':'input_file','filename':'a.pdf','file_data':'data:application/pdf;base64,eA=='},"
                        + "{'type':'input_file','file_url':'https://host/x.pdf'},{'type':'video'}]")
                .replace('\'', '"'));

        JsonNode messages = messages(new Input("user", content), new Input("assistant", content), user("hi"));

        assertThat(messages.at("/0/content").toString())
                .isEqualTo("[{\"type\":\"text\",\"text\":\"look\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://host/x.png\",\"detail\":\"low\"}},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,eA==\"}},"
                        + "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,eA==\","
                        + "\"filename\":\"a.pdf\"}},"
                        + "{\"type\":\"text\",\"text\":\"" + OptionalParameters.LEFT_OUT + "\"}]");
        assertThat(messages.at("/1/content").asText()).isEqualTo("look");
    }

    @Test
    void should_leave_out_attachments_that_were_refused() {
        JsonNode content = JsonCodec.parse("[{\"type\":\"input_image\",\"image_url\":\"https://host/x.png\"}]");

        assertThat(body(prompt().addParts(new Input("user", content)).addUnsupported("input_image"))
                        .at("/messages/0/content")
                        .asText())
                .isEqualTo(OptionalParameters.LEFT_OUT);
    }

    @Test
    void should_leave_out_a_message_of_the_assistant_without_a_text() {
        assertThat(roles(messages(user("hi"), new Input("assistant", TextNode.valueOf(" ")), user("there"))))
                .containsExactly("user", "user");
    }

    @Test
    void should_shorten_the_id_of_a_call_in_the_call_and_in_its_result() {
        String first = "call_" + "x".repeat(59);
        String second = "call_" + "x".repeat(58) + "y";
        JsonNode messages = messages(
                user("hi"),
                output(OTHER, call(first, "{}"), call(second, "{}")),
                new ToolResult(first, "1"),
                new ToolResult(second, "2"));

        assertThat(messages.at("/1/tool_calls/0/id").asText())
                .hasSize(40)
                .isEqualTo(messages.at("/2/tool_call_id").asText())
                .isNotEqualTo(messages.at("/1/tool_calls/1/id").asText());
    }

    @Test
    void should_only_ever_grow_at_its_end() {
        List<PromptPart> parts = List.of(
                user("one"),
                output(SAME, thoughts(), call("a", "{}")),
                new ToolResult("a", "1"),
                output(SAME, text("two")),
                user("three"));
        JsonNode all = messages(parts.toArray(PromptPart[]::new));
        for (int i : new int[] {1, 3, 4}) {
            JsonNode some = messages(parts.subList(0, i).toArray(PromptPart[]::new));
            for (int at = 0; at < some.size(); at++) {
                assertThat(some.get(at)).isEqualTo(all.get(at));
            }
        }
    }

    @Test
    void should_offer_tools_without_saying_that_they_are_not_strict() {
        ObjectNode body = body(Prompt.builder().from(ToolPrompts.WITH_TOOLS));

        assertThat(body.at("/tools/0/function/name").asText()).isEqualTo("strict");
        assertThat(body.at("/tools/0/function/strict").asBoolean()).isTrue();
        assertThat(body.at("/tools/1/function").has("strict")).isFalse();
        assertThat(body.path("parallel_tool_calls").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_tokens | unsupported_parameter | Unsupported parameter: 'max_tokens' is not supported with this model."
                        + " Use 'max_completion_tokens' instead. | max_tokens",
                "'' | '' | Unrecognized request argument supplied: parallel_tool_calls | parallel_tool_calls",
                "stream_options | '' | Unknown parameter: 'stream_options'. | stream_options.include_usage",
                "'' | '' | [{'type': 'extra_forbidden', 'loc': ('body', 'reasoning_effort'), 'msg': 'Extra inputs are not"
                        + " permitted'}] | reasoning_effort",
                "temperature | unsupported_value | Unsupported value: 'temperature' does not support 0.5 with this model."
                        + " Only the default (1) value is supported. | temperature",
                "'' | '' | System message must be at the beginning. | developer-messages",
                "'' | '' | System role not supported | system-messages",
                "'' | '' | Conversation roles must alternate user/assistant/user/assistant/... | consecutive-messages",
                "tools[0].function.strict | unknown_parameter | Unknown parameter: 'tools[0].function.strict'. | strict",
                "tools[1].function.parameters | '' | Bad schema in tools[1]. | tools.loose",
                "'' | '' | image input is not supported - hint: you may need to provide the mmproj | input_image",
                "'' | '' | unknown variant `image_url`, expected `text` | input_image",
                "'' | '' | At most 0 image(s) may be provided in one prompt. | input_image",
                "'' | '' | Property 'messages.2.reasoning_content' is unsupported | reasoning_content",
            })
    void should_learn_from_a_refusal(String parameter, String code, String message, String learned) {
        Prompt prompt = Prompt.builder()
                .from(ToolPrompts.WITH_TOOLS)
                .maxOutputTokens(10)
                .temperature(new BigDecimal("0.5"))
                .reasoningEffort("low")
                .addParts(
                        new Input(
                                "user",
                                JsonCodec.parse("[{\"type\":\"input_image\",\"image_url\":\"https://host/x.png\"}]")),
                        output(SAME, reasoningContent(), call("a", "{}")),
                        new ToolResult("a", "1"))
                .build();
        ErrorBody error = new ErrorBody(code, "", message, parameter, 0);

        assertThat(OptionalParameters.refused(error, ChatRequestBody.of(prompt, MODEL), prompt))
                .hasValueSatisfying(name -> assertThat(name).startsWith(learned));
    }

    private static Prompt.Builder prompt() {
        return Prompt.builder().model("m").wire("chat");
    }

    private static JsonNode messages(PromptPart... parts) {
        return body(prompt().addParts(parts)).path("messages");
    }

    /** The body, which both kinds of strict servers take. */
    private static ObjectNode body(Prompt.Builder prompt) {
        ObjectNode body = ChatRequestBody.of(prompt.build(), MODEL);
        assertThat(new ModelRequest(Map.of(), body).problem(ProviderDialect.OPENAI))
                .isEmpty();
        return body;
    }

    private static List<String> roles(JsonNode messages) {
        List<String> roles = new ArrayList<>();
        messages.forEach(message -> roles.add(message.path("role").asText()));
        return roles;
    }

    private static PromptPart user(String text) {
        return new Input("user", TextNode.valueOf(text));
    }

    private static PromptPart output(Origin origin, OutputItem... items) {
        return new PromptPart.Output(origin, List.of(items));
    }

    private static OutputItem text(String text) {
        return new OutputItem(new Message(text), Optional.empty());
    }

    private static OutputItem call(String id, String arguments) {
        return new OutputItem(new ModelItem.ToolCall(id, "add", arguments), Optional.empty());
    }

    private static OutputItem thoughts() {
        return new OutputItem(
                new Reasoning("Hm."),
                Optional.of(JsonCodec.parse("{\"field\":\"reasoning\",\"reasoning_details\":[{\"n\":1}]}")));
    }

    private static OutputItem reasoningContent() {
        return new OutputItem(new Reasoning("Hm."), Optional.of(JsonCodec.parse("{\"field\":\"reasoning_content\"}")));
    }
}
