package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.scriptedmodel.ToolCall;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class OpenAiModelTest {
    private static final String KEY = "very-secret-key";
    private static final Prompt PROMPT = Prompt.builder()
            .model("m")
            .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
            .build();

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final String DELTA =
            "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"x\"}\n\n";

    @Test
    void should_stream_a_response() throws Exception {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(ModelReply.thoughtfulText("hm", "Grüße an alle")))) {
            Recording said = send(server);

            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
            assertThat(said.text()).isEqualTo("Grüße an alle");
            assertThat(said.items).hasSize(2);
            assertThat(server.requests().get(0).headers())
                    .containsEntry("authorization", "Bearer " + KEY)
                    .containsEntry("accept", "text/event-stream");
            assertThat(server.requests().get(0).body()).isEqualTo(ResponsesRequestBody.of(PROMPT, model(server)));
        }
    }

    @Test
    void should_list_the_models_of_a_server() throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            assertThat(model(server).models().get(60, TimeUnit.SECONDS)).containsExactly("scripted");

            OpenAiModel elsewhere =
                    OpenAiModel.builder().baseUrl(server.baseUrl() + "/x").build();
            assertThat(elsewhere.models())
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(IOException.class)
                    .withMessageStartingWith(server.baseUrl() + "/x/models answered 404: ");
        }
    }

    @Test
    void should_hang_up_when_the_list_of_models_is_cancelled() throws Exception {
        try (SilentServer server = new SilentServer("")) {
            CompletableFuture<List<String>> models =
                    OpenAiModel.builder().baseUrl(server.baseUrl()).build().models();
            server.silent().get(60, TimeUnit.SECONDS);

            models.cancel(true);

            assertThat(server.hungUpNanos()).succeedsWithin(Duration.ofSeconds(60));
        }
    }

    @Test
    void should_tell_what_a_refusal_says_and_never_the_key() throws Exception {
        ModelReply refusal = ModelReply.failure(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY)
                .header("x-request-id", "req_42");
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(refusal))) {
            ModelFailure failure = send(server).failure();

            assertThat(failure.kind()).isEqualTo(FailureKind.AUTH);
            assertThat(failure.status()).hasValue(401);
            assertThat(failure.providerRequestId()).contains("req_42");
            assertThat(failure.toString()).doesNotContain(KEY).contains("[redacted]");
            assertThat(model(server).toString()).doesNotContain(KEY);
        }
    }

    @Test
    void should_tell_an_error_inside_a_good_stream_with_the_request_id() throws Exception {
        ModelReply reply = ModelReply.errorInStream("insufficient_quota", "You exceeded your current quota. " + KEY)
                .header("x-request-id", "req_7");
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(reply))) {
            Recording said = send(server);

            assertThat(said.failure().kind()).isEqualTo(FailureKind.QUOTA);
            assertThat(said.failure().status()).isEmpty();
            assertThat(said.failure().providerRequestId()).contains("req_7");
            assertThat(said.failure().message()).doesNotContain(KEY);
            assertThat(said.ends).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_offer_tools_that_a_strict_server_takes(ProviderDialect dialect) throws Exception {
        ModelReply calls = ModelReply.calls(
                "",
                new ToolCall("a", "strict", "{\"id\":\"1\"}"),
                new ToolCall("b", "loose", ""),
                new ToolCall("c", "unknown", "{ oops"),
                ToolCall.parallel("d", new ToolCall("x", "loose", "{}")));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(calls), dialect)) {
            Recording said = send(server, ToolPrompts.WITH_TOOLS);

            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
            assertThat(server.requests().get(0).toolNames()).containsExactly("strict", "loose", "empty");
            assertThat(said.items)
                    .extracting(OutputItem::item)
                    .containsExactly(
                            new ModelItem.ToolCall("a", "strict", "{\"id\":\"1\"}"),
                            new ModelItem.ToolCall("b", "loose", ""),
                            new ModelItem.ToolCall("c", "unknown", "{ oops"),
                            new ModelItem.ToolCall(
                                    "d",
                                    "parallel",
                                    "{\"tool_uses\":[{\"recipient_name\":\"functions.loose\",\"parameters\":{}}]}"));
        }
    }

    @Test
    void should_learn_that_a_service_does_not_know_strict_tools() throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())
                .refusing("tools.strict", "Unknown parameter: 'tools[0].strict'.")) {
            String learned = send(server, ToolPrompts.WITH_TOOLS)
                    .failure()
                    .unsupportedParameter()
                    .orElseThrow();

            assertThat(learned).isEqualTo("strict");
            assertThat(send(server, ToolPrompts.WITH_TOOLS.without(learned)).outcome())
                    .isInstanceOf(ModelResult.Response.class);
        }
    }

    @Test
    void should_send_a_schema_loosely_that_the_service_does_not_take_strictly() throws Exception {
        Prompt prompt = ToolPrompts.with(
                ToolPrompts.tool("f", ToolPrompts.CLOSED.replace("'string'", "'string','format':'uri'")));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            Recording first = send(server, prompt);
            Prompt next = first.outcome() instanceof ModelFailure failure
                    ? prompt.without(failure.unsupportedParameter().orElseThrow())
                    : prompt;

            assertThat(send(server, next).outcome()).isInstanceOf(ModelResult.Response.class);
        }
    }

    @Test
    void should_let_the_server_decide_about_retries_but_not_about_quota() throws Exception {
        ModelScript script = ModelScript.of(
                ModelReply.status(503, "", Map.of("x-should-retry", "false", "retry-after", "3")),
                ModelReply.status(400, "", Map.of("x-should-retry", "true")),
                ModelReply.failure(429, "insufficient_quota", "insufficient_quota", "pay")
                        .header("x-should-retry", "true"));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            assertThat(send(server).failure().retryable()).isFalse();
            assertThat(send(server).failure().retryable()).isTrue();
            assertThat(send(server).failure().retryable()).isFalse();
        }
    }

    @Test
    void should_take_a_whole_response_from_a_server_that_does_not_stream() throws Exception {
        ModelScript script = ModelScript.of(
                ModelReply.status(
                        200,
                        "{\"object\":\"response\",\"id\":\"r\",\"status\":\"completed\",\"output\":[{\"type\":\"message\"}]}",
                        Map.of()),
                ModelReply.status(200, "{\"object\":\"response\",\"status\":\"incomplete\"}", Map.of()),
                ModelReply.status(
                        200,
                        "{\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\"}}",
                        Map.of()),
                ModelReply.status(200, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"pay\"}}", Map.of()),
                ModelReply.status(200, "<html>portal</html>", Map.of("Content-Type", "text/html")));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            Recording complete = send(server);
            assertThat(((ModelResult.Response) complete.outcome()).responseId()).contains("r");
            assertThat(complete.items).hasSize(1);
            assertThat(((ModelResult.Response) send(server).outcome()).incompleteReason())
                    .contains("unknown");
            assertThat(send(server).failure().kind()).isEqualTo(FailureKind.OVERLOADED);
            assertThat(send(server).failure().kind()).isEqualTo(FailureKind.QUOTA);
            assertThat(send(server).failure().message()).contains("portal", "text/html", "openai.base-url");
        }
    }

    @Test
    void should_not_carry_the_key_along_a_redirect() throws Exception {
        try (ScriptedModelServer elsewhere = ScriptedModelServer.start(ModelScript.assistant());
                ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(
                        ModelReply.status(307, "", Map.of("location", elsewhere.baseUrl() + "/responses"))))) {
            ModelFailure failure = send(server).failure();

            assertThat(failure.message()).contains("redirects to " + elsewhere.baseUrl());
            assertThat(failure.retryable()).isFalse();
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void should_call_it_a_network_failure_when_no_service_answers() throws Exception {
        ScriptedModelServer gone = ScriptedModelServer.start(ModelScript.assistant());
        gone.close();

        ModelFailure failure = send(gone).failure();

        assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
        assertThat(failure.retryable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"insufficient_quota, QUOTA", "invalid_api_key, AUTH", "invalid_value, INVALID_REQUEST"})
    void should_not_recommend_a_retry_that_cannot_help(String code, FailureKind expected) throws Exception {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(ModelReply.failure(429, "x", code, "no")))) {
            ModelFailure failure = send(server).failure();

            assertThat(failure.kind()).isEqualTo(expected);
            assertThat(failure.retryable()).isFalse();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void should_tell_how_long_the_service_wants_no_other_request() throws Exception {
        ModelReply limited = ModelReply.status(429, "slow down", Map.of("retry-after", "3600"));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(limited))) {
            ModelFailure failure = send(server).failure();

            assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMIT);
            assertThat(failure.retryable()).isTrue();
            assertThat(failure.retryAfter()).contains(Duration.ofHours(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", HEAD, HEAD + DELTA})
    void should_hang_up_at_once_also_on_a_silent_server(String beginning) throws Exception {
        Duration quickest = Duration.ofHours(1); // the fastest of several runs, because the machine may be busy
        for (int run = 0; run < 5; run++) {
            try (SilentServer server = new SilentServer(beginning)) {
                Recording said = new Recording();
                Runnable cancel =
                        OpenAiModel.builder().baseUrl(server.baseUrl()).build().send(PROMPT, said);
                server.silent().get(30, TimeUnit.SECONDS);

                long cancelled = System.nanoTime();
                cancel.run();
                long hungUp = server.hungUpNanos().get(30, TimeUnit.SECONDS);

                Duration taken = Duration.ofNanos(hungUp - cancelled);
                quickest = taken.compareTo(quickest) < 0 ? taken : quickest;
                assertThat(said.outcome()).isInstanceOf(ModelFailure.class);
            }
        }
        assertThat(quickest).isLessThan(Duration.ofSeconds(1));
    }

    private static OpenAiModel model(ScriptedModelServer server) {
        return OpenAiModel.builder().baseUrl(server.baseUrl()).apiKey(KEY).build();
    }

    private static Recording send(ScriptedModelServer server) {
        return send(server, PROMPT);
    }

    private static Recording send(ScriptedModelServer server, Prompt prompt) {
        Recording said = new Recording();
        var unused = model(server).send(prompt, said);
        return said;
    }
}
