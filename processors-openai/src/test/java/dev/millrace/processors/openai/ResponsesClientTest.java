package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.openai.Outcome.Finished;
import dev.millrace.scriptedmodel.Reply;
import dev.millrace.scriptedmodel.Script;
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
                ScriptedModelServer.start(Script.of(Reply.thoughtfulText("hm", "Grüße an alle")))) {
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
        Reply refusal = Reply.failure(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: " + KEY)
                .header("x-request-id", "req_42");
        try (ScriptedModelServer server = ScriptedModelServer.start(Script.of(refusal))) {
            Failure failure = send(server).failure();

            assertThat(failure.kind()).isEqualTo(FailureClass.AUTH);
            assertThat(failure.status()).hasValue(401);
            assertThat(failure.providerRequestId()).contains("req_42");
            assertThat(failure.toString()).doesNotContain(KEY).contains("[redacted]");
            assertThat(client(server).toString()).doesNotContain(KEY);
        }
    }

    @Test
    void should_tell_an_error_inside_a_good_stream_with_the_request_id() throws Exception {
        Reply reply = Reply.errorInStream("insufficient_quota", "You exceeded your current quota. " + KEY)
                .header("x-request-id", "req_7");
        try (ScriptedModelServer server = ScriptedModelServer.start(Script.of(reply))) {
            Recording said = send(server);

            assertThat(said.failure().kind()).isEqualTo(FailureClass.QUOTA);
            assertThat(said.failure().status()).isEmpty();
            assertThat(said.failure().providerRequestId()).contains("req_7");
            assertThat(said.failure().message()).doesNotContain(KEY);
            assertThat(said.ends).hasValue(1);
        }
    }

    @Test
    void should_let_the_server_decide_about_retries_but_not_about_quota() throws Exception {
        Script script = Script.of(
                Reply.status(503, "", Map.of("x-should-retry", "false", "retry-after", "3")),
                Reply.status(400, "", Map.of("x-should-retry", "true")),
                Reply.failure(429, "insufficient_quota", "insufficient_quota", "pay")
                        .header("x-should-retry", "true"));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            assertThat(send(server).failure().retryable()).isFalse();
            assertThat(send(server).failure().retryable()).isTrue();
            assertThat(send(server).failure().retryable()).isFalse();
        }
    }

    @Test
    void should_take_a_whole_response_from_a_server_that_does_not_stream() throws Exception {
        Script script = Script.of(
                Reply.status(
                        200,
                        "{\"object\":\"response\",\"id\":\"r\",\"status\":\"completed\",\"output\":[{\"type\":\"message\"}]}",
                        Map.of()),
                Reply.status(200, "{\"object\":\"response\",\"status\":\"incomplete\"}", Map.of()),
                Reply.status(
                        200,
                        "{\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\"}}",
                        Map.of()),
                Reply.status(200, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"pay\"}}", Map.of()),
                Reply.status(200, "<html>portal</html>", Map.of("Content-Type", "text/html")));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            Recording complete = send(server);
            assertThat(((Finished) complete.outcome()).responseId()).contains("r");
            assertThat(complete.items).hasSize(1);
            assertThat(((Finished) send(server).outcome()).incompleteReason()).contains("unknown");
            assertThat(send(server).failure().kind()).isEqualTo(FailureClass.OVERLOADED);
            assertThat(send(server).failure().kind()).isEqualTo(FailureClass.QUOTA);
            assertThat(send(server).failure().message()).contains("portal", "text/html", "openai.base-url");
        }
    }

    @Test
    void should_not_carry_the_key_along_a_redirect() throws Exception {
        try (ScriptedModelServer elsewhere = ScriptedModelServer.start(Script.assistant());
                ScriptedModelServer server = ScriptedModelServer.start(
                        Script.of(Reply.status(307, "", Map.of("location", elsewhere.baseUrl() + "/responses"))))) {
            Failure failure = send(server).failure();

            assertThat(failure.message()).contains("redirects to " + elsewhere.baseUrl());
            assertThat(failure.retryable()).isFalse();
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void should_call_it_a_network_failure_when_nobody_answers() throws Exception {
        ScriptedModelServer gone = ScriptedModelServer.start(Script.assistant());
        gone.close();

        Failure failure = send(gone).failure();

        assertThat(failure.kind()).isEqualTo(FailureClass.NETWORK);
        assertThat(failure.retryable()).isTrue();
    }

    private static ResponsesClient client(ScriptedModelServer server) {
        return new ResponsesClient(
                ModelSettings.parse(server.baseUrl()), new ApiKey(KEY), Timers.system(), ModelHttp.shared());
    }

    private static Recording send(ScriptedModelServer server) {
        Recording said = new Recording();
        client(server).send(BODY, said);
        return said;
    }
}
