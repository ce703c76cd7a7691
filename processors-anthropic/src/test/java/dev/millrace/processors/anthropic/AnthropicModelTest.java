package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.Usage;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class AnthropicModelTest {
    private static final String KEY = "very-secret-key";
    private static final Prompt PROMPT = Prompt.builder()
            .model("m")
            .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
            .build();

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final String DELTA =
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n";

    @Test
    void should_stream_a_response() throws Exception {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(ModelReply.thoughtfulText("hm", "Grüße an alle")))) {
            Recording said = send(server);

            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
            assertThat(said.text()).isEqualTo("Grüße an alle");
            assertThat(said.items).hasSize(2);
            assertThat(server.requests().get(0).headers())
                    .containsEntry("x-api-key", KEY)
                    .containsEntry("anthropic-version", "2023-06-01")
                    .containsEntry("accept", "text/event-stream");
            assertThat(server.requests().get(0).body()).isEqualTo(RequestBody.of(PROMPT, model(server)));
        }
    }

    @Test
    void should_send_no_key_if_there_is_none() throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            Recording said = new Recording();
            var unused =
                    AnthropicModel.builder().baseUrl(server.baseUrl()).build().send(PROMPT, said);

            assertThat(said.failure().kind()).isEqualTo(FailureKind.AUTH);
            assertThat(server.requests().get(0).headers()).doesNotContainKey("x-api-key");
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
        ModelReply reply =
                ModelReply.errorInStream("billing_error", "Pay. " + KEY).header("x-request-id", "req_7");
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(reply))) {
            Recording said = send(server);

            assertThat(said.failure().kind()).isEqualTo(FailureKind.QUOTA);
            assertThat(said.failure().status()).isEmpty();
            assertThat(said.failure().providerRequestId()).contains("req_7");
            assertThat(said.failure().message()).doesNotContain(KEY);
            assertThat(said.ends).hasValue(1);
        }
    }

    @Test
    void should_let_the_server_decide_about_retries_but_not_about_quota() throws Exception {
        ModelScript script = ModelScript.of(
                ModelReply.status(503, "", Map.of("x-should-retry", "false", "retry-after", "3")),
                ModelReply.status(400, "", Map.of("x-should-retry", "true")),
                ModelReply.status(
                                402,
                                "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"pay\"}}",
                                Map.of())
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
                        "{\"type\":\"message\",\"id\":\"r\",\"stop_reason\":\"end_turn\",\"content\":["
                                + "{\"type\":\"text\",\"text\":\"hello\"}],\"usage\":{\"input_tokens\":2,\"output_tokens\":1}}",
                        Map.of()),
                ModelReply.status(
                        200, "{\"type\":\"message\",\"stop_reason\":\"max_tokens\",\"content\":[]}", Map.of()),
                ModelReply.status(
                        200,
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}",
                        Map.of()),
                ModelReply.status(200, "<html>portal</html>", Map.of("Content-Type", "text/html")));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            Recording complete = send(server);
            assertThat(((ModelResult.Response) complete.outcome()).responseId()).contains("r");
            assertThat(complete.items).extracting(OutputItem::item).containsExactly(new ModelItem.Message("hello"));
            assertThat(complete.outcome().usage()).contains(Usage.of(2, 1));
            assertThat(((ModelResult.Response) send(server).outcome()).incompleteReason())
                    .contains("max_output_tokens");
            assertThat(send(server).failure().kind()).isEqualTo(FailureKind.OVERLOADED);
            assertThat(send(server).failure().message()).contains("portal", "text/html", "anthropic.base-url");
        }
    }

    @Test
    void should_not_carry_the_key_along_a_redirect() throws Exception {
        try (ScriptedModelServer elsewhere = ScriptedModelServer.start(ModelScript.assistant());
                ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(
                        ModelReply.status(307, "", Map.of("location", elsewhere.baseUrl() + "/messages"))))) {
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
                Runnable cancel = AnthropicModel.builder()
                        .baseUrl(server.baseUrl())
                        .build()
                        .send(PROMPT, said);
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

    private static AnthropicModel model(ScriptedModelServer server) {
        return AnthropicModel.builder().baseUrl(server.baseUrl()).apiKey(KEY).build();
    }

    private static Recording send(ScriptedModelServer server) {
        Recording said = new Recording();
        var unused = model(server).send(PROMPT, said);
        return said;
    }
}
