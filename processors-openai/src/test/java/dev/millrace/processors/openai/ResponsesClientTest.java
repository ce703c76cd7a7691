package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.openai.ModelCallResult.Finished;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ResponsesClientTest {
    private static final String KEY = "very-secret-key";
    private static final JsonNode BODY = JsonCodec.parse("{\"model\":\"m\",\"input\":\"hi\",\"stream\":true}");

    @Test
    void should_stream_a_response() throws Exception {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(ModelReply.thoughtfulText("hm", "Grüße an alle")))) {
            Recording said = send(server);

            assertThat(said.outcome()).isInstanceOf(Finished.class);
            assertThat(said.text()).isEqualTo("Grüße an alle");
            assertThat(said.items).hasSize(2);
            assertThat(server.requests().get(0).headers())
                    .containsEntry("authorization", "Bearer " + KEY)
                    .containsEntry("accept", "text/event-stream");
            assertThat(server.requests().get(0).body()).isEqualTo(BODY);
        }
    }

    @Test
    void should_tell_what_a_refusal_says_and_never_the_key() throws Exception {
        ModelReply refusal = ModelReply.failure(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY)
                .header("x-request-id", "req_42");
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(refusal))) {
            RequestFailure failure = send(server).failure();

            assertThat(failure.kind()).isEqualTo(FailureKind.AUTH);
            assertThat(failure.status()).hasValue(401);
            assertThat(failure.providerRequestId()).contains("req_42");
            assertThat(failure.toString()).doesNotContain(KEY).contains("[redacted]");
            assertThat(client(server).toString()).doesNotContain(KEY);
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
            assertThat(((Finished) complete.outcome()).responseId()).contains("r");
            assertThat(complete.items).hasSize(1);
            assertThat(((Finished) send(server).outcome()).incompleteReason()).contains("unknown");
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
            RequestFailure failure = send(server).failure();

            assertThat(failure.message()).contains("redirects to " + elsewhere.baseUrl());
            assertThat(failure.retryable()).isFalse();
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void should_call_it_a_network_failure_when_nobody_answers() throws Exception {
        ScriptedModelServer gone = ScriptedModelServer.start(ModelScript.assistant());
        gone.close();

        RequestFailure failure = send(gone).failure();

        assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
        assertThat(failure.retryable()).isTrue();
    }

    private static ResponsesClient client(ScriptedModelServer server) {
        return new ResponsesClient(
                ModelSettings.parse(server.baseUrl()), new ApiKey(KEY), Timers.system(), ModelHttpClient.shared());
    }

    private static Recording send(ScriptedModelServer server) {
        Recording said = new Recording();
        client(server).send(BODY, said);
        return said;
    }
}
