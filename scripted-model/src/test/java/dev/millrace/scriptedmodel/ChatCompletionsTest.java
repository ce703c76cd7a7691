package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Chat completions, tool calls in both formats, and faulty streams. */
@Timeout(120)
class ChatCompletionsTest {
    private static final String ASK =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"What is 50 - 8?\"}]}";
    private static final String ASK_RESPONSES = "{\"model\":\"m\",\"input\":\"hi\"}";

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
    void should_stream_a_chat_completion_and_its_usage_if_asked_for() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            List<JsonNode> chunks = chunks(ask(server, "chat/completions", ASK));
            assertThat(chunks.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
            assertThat(text(chunks, "content")).isEqualTo("50 - 8 is 42.");
            assertThat(chunks.get(chunks.size() - 1)
                            .at("/choices/0/finish_reason")
                            .asText())
                    .isEqualTo("stop");
            assertThat(chunks).noneMatch(chunk -> chunk.has("usage"));

            String withUsage = ASK.replace("\"stream\":true", "\"stream_options\":{\"include_usage\":true}");
            List<JsonNode> counted = chunks(ask(server, "chat/completions", withUsage));
            JsonNode last = counted.get(counted.size() - 1);
            assertThat(last.path("choices")).isEmpty();
            assertThat(last.at("/usage/completion_tokens").asInt()).isEqualTo(5);
            assertThat(server.requests().get(0).isChat()).isTrue();
            assertThat(server.requests().get(0).lastUserText()).isEqualTo("What is 50 - 8?");
        }
    }

    @Test
    void should_call_tools_on_both_wires() throws IOException {
        ModelReply calls = ModelReply.calls(
                "Let me see.", new ToolCall("call_a", "add", "{\"a\":50,\"b\":-8}"), new ToolCall("call_b", "now", ""));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(calls))) {
            List<JsonNode> chunks = chunks(ask(server, "chat/completions", ASK));
            List<JsonNode> pieces = chunks.stream()
                    .flatMap(chunk -> chunk.at("/choices/0/delta/tool_calls").valueStream())
                    .toList();
            assertThat(pieces.get(0).path("id").asText()).isEqualTo("call_a");
            assertThat(pieces.stream()
                            .filter(piece -> piece.path("index").asInt() == 0)
                            .map(piece -> piece.at("/function/arguments").asText())
                            .collect(Collectors.joining()))
                    .isEqualTo("{\"a\":50,\"b\":-8}");
            assertThat(pieces.get(pieces.size() - 1).at("/function/name").asText())
                    .isEqualTo("now");
            assertThat(chunks.get(chunks.size() - 1)
                            .at("/choices/0/finish_reason")
                            .asText())
                    .isEqualTo("tool_calls");

            List<JsonNode> events = chunks(ask(server, "responses", ASK_RESPONSES));
            JsonNode output = events.get(events.size() - 1).at("/response/output");
            assertThat(output.findValuesAsText("call_id")).containsExactly("call_a", "call_b");
            assertThat(output.at("/1/arguments").asText()).isEqualTo("{\"a\":50,\"b\":-8}");
            assertThat(events.stream()
                            .filter(event ->
                                    event.path("type").asText().equals("response.function_call_arguments.delta"))
                            .map(event -> event.path("delta").asText())
                            .collect(Collectors.joining()))
                    .isEqualTo("{\"a\":50,\"b\":-8}");
        }
    }

    @Test
    void should_refuse_end_early_and_fail_on_both_wires() throws IOException {
        ModelScript script = ModelScript.of(
                ModelReply.refusal("I would rather not."),
                ModelReply.refusal("I would rather not."),
                ModelReply.incomplete("max_output_tokens", "half"),
                ModelReply.errorInStream("server_error", "broken"),
                ModelReply.thoughtfulText("hm", "ok"));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            List<JsonNode> events = chunks(ask(server, "responses", ASK_RESPONSES));
            assertThat(events.get(events.size() - 1)
                            .at("/response/output/0/content/0/refusal")
                            .asText())
                    .isEqualTo("I would rather not.");
            assertThat(text(chunks(ask(server, "chat/completions", ASK)), "refusal"))
                    .isEqualTo("I would rather not.");
            List<JsonNode> early = chunks(ask(server, "chat/completions", ASK));
            assertThat(early.get(early.size() - 1)
                            .at("/choices/0/finish_reason")
                            .asText())
                    .isEqualTo("length");
            String failed = ask(server, "chat/completions", ASK);
            assertThat(failed).contains("\"code\":\"server_error\"").doesNotContain("[DONE]");
            List<JsonNode> thoughtful = chunks(ask(server, "chat/completions", ASK));
            assertThat(text(thoughtful, "reasoning_content")).isEqualTo("hm");
        }
    }

    @Test
    void should_refuse_conversations_that_a_strict_provider_refuses() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            assertThat(ask(server, "chat/completions", "{\"model\":\"m\",\"messages\":[]}"))
                    .contains("invalid_request_error", "minimum length 1");
            String called = "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";
            String answered = "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"1\"}";
            assertThat(ask(server, "chat/completions", messages(called))).contains("did not have response messages: c");
            assertThat(ask(server, "chat/completions", messages(answered))).contains("preceeding message");
            assertThat(ask(server, "chat/completions", messages("{\"role\":\"robot\"}")))
                    .contains("'robot'");
            assertThat(ask(server, "chat/completions", messages(called + "," + answered)))
                    .contains("[DONE]");
        }
    }

    private static String messages(String messages) {
        return "{\"model\":\"m\",\"messages\":[" + messages + "]}";
    }

    @Test
    void should_send_the_same_bytes_in_whatever_pieces() throws IOException {
        ModelReply whole = ModelReply.text("größer 😀 als \"nichts\"");
        ModelScript script = ModelScript.of(
                whole.latency(Duration.ofMillis(5)), whole.inPiecesOf(1), whole.inPiecesOf(3), whole.inPiecesOf(1000));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            String first =
                    ask(server, "responses", ASK_RESPONSES).replace("_1", "").replaceAll("\"created_at\":\\d+", "");
            for (int n = 2; n <= 4; n++) {
                assertThat(ask(server, "responses", ASK_RESPONSES)
                                .replace("_" + n, "")
                                .replaceAll("\"created_at\":\\d+", ""))
                        .isEqualTo(first);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_answer_with_each_failure_of_a_provider(ProviderFailure failure) throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(failure.reply()))) {
            Request request = request(server, "responses", ASK_RESPONSES);
            try (Response response = http.newCall(request).execute()) {
                String body = response.body().string();
                assertThat(response.code()).isEqualTo(failure.status());
                if (!failure.code().isEmpty()) {
                    assertThat(JsonCodec.parse(body).at("/error/code").asText()).isEqualTo(failure.code());
                }
                assertThat(response.header("x-request-id")).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_stream_each_quirk_byte_for_byte(StreamQuirk quirk) throws IOException {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(quirk.reply().inPiecesOf(100)))) {
            String body =
                    quirk.isChat() ? ask(server, "chat/completions", ASK) : ask(server, "responses", ASK_RESPONSES);

            assertThat(body).isEqualTo(quirk.events());
            String joined = body.replace("\r\n", "\n").replace(",\ndata: ", ",");
            assertThat(chunks(joined)).isNotEmpty().allMatch(JsonNode::isObject);
        }
    }

    private String ask(ScriptedModelServer server, String route, String body) throws IOException {
        try (Response response = http.newCall(request(server, route, body)).execute()) {
            return response.body().string();
        }
    }

    private static Request request(ScriptedModelServer server, String route, String body) {
        return new Request.Builder()
                .url(server.baseUrl() + "/" + route)
                .post(RequestBody.create(body, MediaType.get("application/json")))
                .build();
    }

    private static List<JsonNode> chunks(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: ") && !line.equals("data: [DONE]"))
                .map(line -> JsonCodec.parse(line.substring("data: ".length())))
                .toList();
    }

    private static String text(List<JsonNode> chunks, String field) {
        return chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta").path(field).asText(""))
                .collect(Collectors.joining());
    }
}
