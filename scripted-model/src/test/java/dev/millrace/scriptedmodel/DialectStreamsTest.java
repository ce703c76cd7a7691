package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The streams and the error bodies of each dialect and of Anthropic, and parameters that a model refuses. */
@Timeout(120)
class DialectStreamsTest {
    private static final String ASK = "{'model':'m','input':'hi','include':['reasoning.encrypted_content']}";
    private static final String CHAT = "{'model':'m','messages':[{'role':'user','content':'hi'}]}";
    private static final String MESSAGE = "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'hi'}]}";
    private static final Map<String, String> KEYS = Map.of("x-api-key", "k", "anthropic-version", "2023-06-01");
    private static final ModelScript THOUGHTFUL =
            ModelScript.of(ModelReply.thoughtfulText("let me think", "well done"));
    private static final ModelScript CALLING = ModelScript.of(ModelReply.calls(
            "I look.", new ToolCall("call_a", "add", "{\"a\":50,\"b\":8}"), new ToolCall("b", "now", "")));

    private final OkHttpClient http = new OkHttpClient.Builder()
            .retryOnConnectionFailure(false)
            .callTimeout(Duration.ofSeconds(60))
            .build();

    @AfterEach
    void stopTheClient() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    @Test
    void should_send_reasoning_as_text_in_the_events_of_open_responses() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL, ProviderDialect.OPEN_RESPONSES)) {
            List<JsonNode> events = events(post(server, "responses", ASK));

            assertThat(types(events))
                    .startsWith(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.reasoning.delta",
                            "response.reasoning.delta",
                            "response.reasoning.delta",
                            "response.reasoning.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.output_item.added")
                    .endsWith("response.completed")
                    .noneMatch(type -> type.contains("summary"));
            assertThat(events.get(4))
                    .isEqualTo(Rule.json("{'type':'response.reasoning.delta','sequence_number':4,"
                            + "'item_id':'rs_1_0','output_index':0,'content_index':0,'delta':'let'}"));
            assertThat(events.get(7).path("text").asText()).isEqualTo("let me think");
            assertThat(events.get(9).path("item"))
                    .isEqualTo(
                            Rule.json(
                                    "{'id':'rs_1_0','type':'reasoning','summary':[],"
                                            + "'encrypted_content':'sealed:rs_1_0','content':[{'type':'reasoning_text','text':'let me think'}]}"));
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
            }
        }
    }

    @Test
    void should_send_reasoning_as_a_summary_in_the_events_of_open_ai() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL)) {
            assertThat(types(events(post(server, "responses", ASK))))
                    .contains("response.reasoning_summary_text.delta")
                    .doesNotContain("response.reasoning.delta", "response.reasoning_text.delta");
        }
    }

    @Test
    void should_send_the_events_of_llama_cpp() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL, ProviderDialect.LLAMA_CPP)) {
            List<JsonNode> events = events(post(server, "responses", ASK));

            assertThat(types(events))
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.reasoning_text.delta",
                            "response.reasoning_text.delta",
                            "response.reasoning_text.delta",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_item.done",
                            "response.output_text.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.completed");
            assertThat(events)
                    .noneMatch(event ->
                            event.has("sequence_number") || event.has("output_index") || event.has("content_index"));
            assertThat(events.get(0).path("response"))
                    .isEqualTo(Rule.json("{'id':'resp_1','object':'response','status':'in_progress'}"));
            assertThat(events.get(3))
                    .isEqualTo(Rule.json("{'type':'response.reasoning_text.delta','delta':'let','item_id':'rs_1'}"));
            JsonNode response = events.get(14).path("response");
            assertThat(response.path("output").findValuesAsText("id")).containsExactly("rs_1", "msg_1");
            assertThat(response.at("/output/0/content/0/text").asText()).isEqualTo("let me think");
            assertThat(response.at("/usage/output_tokens").asInt()).isEqualTo(5);
        }
    }

    @Test
    void should_make_the_ids_of_a_call_as_llama_cpp_does() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(CALLING, ProviderDialect.LLAMA_CPP)) {
            List<JsonNode> events = events(post(server, "responses", ASK));

            assertThat(types(events)).doesNotContain("response.function_call_arguments.done");
            JsonNode output = events.get(events.size() - 1).at("/response/output");
            assertThat(output.findValuesAsText("id")).containsExactly("msg_1", "fc_a", "fc_b");
            assertThat(output.findValuesAsText("call_id")).containsExactly("call_a", "b");
            assertThat(output.at("/1/arguments").asText()).isEqualTo("{\"a\":50,\"b\":8}");
        }
    }

    @Test
    void should_accept_its_own_items_in_the_next_request() throws IOException {
        for (ProviderDialect dialect : ProviderDialect.values()) {
            for (ModelScript script : List.of(THOUGHTFUL, ModelScript.of(ModelReply.call("call_a", "add", "{}")))) {
                try (ScriptedModelServer server = ScriptedModelServer.start(script, dialect)) {
                    List<JsonNode> events = events(post(server, "responses", ASK));
                    StringBuilder input = new StringBuilder();
                    events.get(events.size() - 1)
                            .at("/response/output")
                            .forEach(item -> input.append(item).append(','));
                    input.append(
                            script.equals(THOUGHTFUL)
                                    ? "{'type':'message','role':'user','content':'go on'}"
                                    : "{'type':'function_call_output','call_id':'call_a','output':'ok'}");
                    String next = "{'model':'m','input':[" + input + "]}";
                    assertThat(new ModelRequest(Map.of(), Rule.json(next)).problem(dialect))
                            .as("%s: %s", dialect, next)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void should_complete_what_ends_early_and_fail_without_a_name_as_llama_cpp_does() throws IOException {
        ModelScript script = ModelScript.of(
                ModelReply.incomplete("max_output_tokens", "half"),
                ModelReply.refusal("no"),
                ModelReply.errorInStream("server_error", "broken"));
        try (ScriptedModelServer server = ScriptedModelServer.start(script, ProviderDialect.LLAMA_CPP)) {
            assertThat(types(events(post(server, "responses", ASK)))).endsWith("response.completed");
            assertThat(types(events(post(server, "responses", ASK)))).contains("response.output_text.delta");
            assertThat(post(server, "responses", ASK))
                    .endsWith("data: {\"error\":{\"code\":500,\"message\":\"broken\",\"type\":\"server_error\"}}\n\n");
        }
    }

    @Test
    void should_stream_a_message_of_anthropic() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL)) {
            List<JsonNode> events = events(post(server, "messages", MESSAGE));

            assertThat(types(events))
                    .containsExactly(
                            "message_start",
                            "ping",
                            "content_block_start",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_stop",
                            "content_block_start",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_stop",
                            "message_delta",
                            "message_stop");
            JsonNode message = events.get(0).path("message");
            assertThat(message.path("id").asText()).isEqualTo("msg_1");
            assertThat(message.path("stop_reason").isNull()).isTrue();
            assertThat(message.at("/usage/output_tokens").asInt()).isEqualTo(1);
            assertThat(events.get(2).path("content_block"))
                    .isEqualTo(Rule.json("{'type':'thinking','thinking':'','signature':''}"));
            assertThat(events.get(3).path("delta")).isEqualTo(Rule.json("{'type':'thinking_delta','thinking':'let'}"));
            assertThat(events.get(6).at("/delta/type").asText()).isEqualTo("signature_delta");
            assertThat(events.get(9))
                    .isEqualTo(Rule.json("{'type':'content_block_delta','index':1,"
                            + "'delta':{'type':'text_delta','text':'well'}}"));
            assertThat(events.get(12).at("/delta/stop_reason").asText()).isEqualTo("end_turn");
            assertThat(events.get(12).at("/usage/output_tokens").asInt()).isEqualTo(5);
            assertThat(server.requests().get(0).lastUserText()).isEqualTo("hi");
        }
    }

    @Test
    void should_stream_the_tool_calls_of_anthropic() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(CALLING)) {
            List<JsonNode> events = events(post(server, "messages", MESSAGE));

            List<JsonNode> starts = events.stream()
                    .filter(event -> event.path("type").asText().equals("content_block_start"))
                    .toList();
            assertThat(starts.get(1))
                    .isEqualTo(Rule.json("{'type':'content_block_start','index':1,'content_block':"
                            + "{'type':'tool_use','id':'call_a','name':'add','input':{}}}"));
            assertThat(arguments(events, 1)).containsExactly("", "{\"a\":50,", "\"b\":8}");
            assertThat(arguments(events, 2)).containsExactly("");
            assertThat(events.get(events.size() - 2).at("/delta/stop_reason").asText())
                    .isEqualTo("tool_use");
        }
    }

    @Test
    void should_end_early_refuse_and_fail_as_anthropic_does() throws IOException {
        ModelScript script = ModelScript.of(
                ModelReply.incomplete("max_output_tokens", "half"),
                ModelReply.incomplete("content_filter", "half"),
                ModelReply.incomplete("pause_turn", "half"),
                ModelReply.refusal("no"),
                ModelReply.errorInStream("overloaded_error", "Overloaded"));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            for (String reason : List.of("max_tokens", "refusal", "pause_turn", "refusal")) {
                List<JsonNode> events = events(post(server, "messages", MESSAGE));
                assertThat(events.get(events.size() - 2)
                                .at("/delta/stop_reason")
                                .asText())
                        .isEqualTo(reason);
            }
            List<JsonNode> failed = events(post(server, "messages", MESSAGE));
            assertThat(types(failed)).containsExactly("message_start", "ping", "error");
            assertThat(failed.get(2))
                    .isEqualTo(
                            Rule.json("{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}"));
        }
    }

    @Test
    void should_hold_a_message_of_anthropic_after_its_first_delta() throws Exception {
        ModelScript script = ModelScript.of(ModelReply.text("one two three").holdAfter(1));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            CompletableFuture<String> late = CompletableFuture.supplyAsync(() -> {
                try {
                    return post(server, "messages", MESSAGE);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (server.held() == 0) {
                Thread.onSpinWait();
            }
            assertThat(late).isNotDone();
            server.release();
            assertThat(late.get(30, TimeUnit.SECONDS)).contains("message_stop");
        }
    }

    @Test
    void should_answer_errors_in_the_form_of_anthropic() throws IOException {
        ModelScript script =
                ModelScript.of(ProviderFailure.RATE_LIMITED.reply(), ProviderFailure.SITE_OVERLOADED.reply());
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            Answer limited = answer(server, "messages", MESSAGE, KEYS);
            assertThat(limited.status()).isEqualTo(429);
            assertThat(limited.headers().get("request-id")).isEqualTo("req_scripted");
            assertThat(limited.headers().get("retry-after-ms")).isEqualTo("20");
            assertThat(limited.body())
                    .isEqualTo(Rule.json("{'type':'error','error':{'type':'rate_limit_error','message':"
                            + "'The scripted model says rate_limit_exceeded.'},'request_id':'req_scripted'}"));
            assertThat(answer(server, "messages", MESSAGE, KEYS)
                            .body()
                            .at("/error/type")
                            .asText())
                    .isEqualTo("overloaded_error");
            Answer noKey = answer(server, "messages", MESSAGE, Map.of());
            assertThat(noKey.status()).isEqualTo(401);
            assertThat(noKey.body().at("/error/type").asText()).isEqualTo("authentication_error");
            Answer invalid = answer(server, "messages", MESSAGE.replace("'hi'", "''"), KEYS);
            assertThat(invalid.status()).isEqualTo(400);
            assertThat(invalid.body().at("/error/type").asText()).isEqualTo("invalid_request_error");
            assertThat(answer(server, "messages", "{", KEYS).body().path("type").asText())
                    .isEqualTo("error");
        }
    }

    @Test
    void should_name_the_code_and_the_parameter_of_a_problem_as_open_ai_does() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL)) {
            Answer refused =
                    answer(server, "responses", ASK.replace("'hi'", "[{'type':'message','role':'user'}]"), KEYS);
            assertThat(refused.status()).isEqualTo(400);
            JsonNode error = refused.body().path("error");
            assertThat(error.path("message").asText()).isEqualTo("Missing required parameter: 'input[0].content'.");
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
            assertThat(error.path("param").asText()).isEqualTo("input[0].content");
            assertThat(error.path("code").asText()).isEqualTo("missing_required_parameter");
        }
    }

    @Test
    void should_answer_errors_in_the_form_of_llama_cpp() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL, ProviderDialect.LLAMA_CPP)) {
            Answer refused = answer(server, "responses", "{'model':'m','input':[{'role':'user','content':'x'}]}", KEYS);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body().at("/error/code").asInt()).isEqualTo(400);
            assertThat(refused.body().at("/error/message").asText()).isEqualTo("Cannot determine type of 'item'");
            assertThat(refused.body().at("/error").has("param")).isFalse();

            String late = CHAT.replace("]}", ",{'role':'system','content':'x'}]}");
            Answer failed = answer(server, "chat/completions", late, KEYS);
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.body().at("/error/type").asText()).isEqualTo("server_error");
        }
    }

    @Test
    void should_refuse_a_parameter_that_the_model_does_not_support() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL)
                .refusing("include", "Encrypted content is not supported with this model.")
                .refusing("reasoning.effort")
                .refusing("temperature")) {
            JsonNode error = answer(server, "responses", ASK, KEYS).body().path("error");
            assertThat(error.path("param").asText()).isEqualTo("include");
            assertThat(error.path("code").asText()).isEqualTo("unsupported_parameter");
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
            assertThat(error.path("message").asText()).isEqualTo("Encrypted content is not supported with this model.");

            String effort = "{'model':'m','input':'hi','reasoning':{'effort':'low'},'include':[]}";
            error = answer(server, "responses", effort, KEYS).body().path("error");
            assertThat(error.path("param").asText()).isEqualTo("reasoning.effort");
            assertThat(error.path("message").asText())
                    .isEqualTo("Unsupported parameter: 'reasoning.effort' is not supported with this model.");
            assertThat(post(server, "responses", effort.replace("'effort'", "'summary'")))
                    .contains("response.completed");

            Answer chat = answer(server, "chat/completions", CHAT.replace("]}", "],'temperature':0.5}"), KEYS);
            assertThat(chat.status()).isEqualTo(400);
            assertThat(chat.body().at("/error/param").asText()).isEqualTo("temperature");
            assertThat(post(server, "chat/completions", CHAT.replace("]}", "],'temperature':null}")))
                    .contains("[DONE]");
            Answer message = answer(server, "messages", MESSAGE.replace("]}", "],'temperature':0.5}"), KEYS);
            assertThat(message.body().at("/error/message").asText()).contains("'temperature' is not supported");
            assertThat(server.requests()).hasSize(6);
        }
    }

    @Test
    void should_need_the_name_of_a_parameter_to_refuse() {
        try (ScriptedModelServer server = ScriptedModelServer.start(THOUGHTFUL)) {
            assertThatThrownBy(() -> server.refusing(" ")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<String> arguments(List<JsonNode> events, int index) {
        return events.stream()
                .filter(event -> event.path("index").asInt() == index
                        && event.at("/delta/type").asText().equals("input_json_delta"))
                .map(event -> event.at("/delta/partial_json").asText())
                .toList();
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").asText()).toList();
    }

    private static List<JsonNode> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> JsonCodec.parse(line.substring("data: ".length())))
                .toList();
    }

    private String post(ScriptedModelServer server, String route, String body) throws IOException {
        try (Response response = call(server, route, body, KEYS)) {
            return response.body().string();
        }
    }

    private record Answer(int status, Headers headers, JsonNode body) {}

    private Answer answer(ScriptedModelServer server, String route, String body, Map<String, String> headers)
            throws IOException {
        try (Response response = call(server, route, body, headers)) {
            return new Answer(
                    response.code(),
                    response.headers(),
                    JsonCodec.parse(response.body().string()));
        }
    }

    private Response call(ScriptedModelServer server, String route, String body, Map<String, String> headers)
            throws IOException {
        Request request = new Request.Builder()
                .url(server.baseUrl() + "/" + route)
                .headers(Headers.of(headers))
                .post(RequestBody.create(body.replace('\'', '"'), MediaType.get("application/json")))
                .build();
        return http.newCall(request).execute();
    }
}
