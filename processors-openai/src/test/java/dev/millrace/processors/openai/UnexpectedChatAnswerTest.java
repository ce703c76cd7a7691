package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to a request for a chat completion that are labelled wrongly, or come from a proxy or a server of another API. */
@Timeout(60)
class UnexpectedChatAnswerTest {
    private static final String GOOD = """
            data: {"choices":[{"index":0,"delta":{"content":"ok"}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            """;
    private static final String WHOLE = "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,"
            + "\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}";
    private static final Prompt PROMPT = Prompt.builder()
            .model("m")
            .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "text/plain", "application/x-ndjson", "TEXT/EVENT-STREAM;charset=UTF-8"})
    void should_read_a_stream_under_each_label(String type) throws Exception {
        assertThat(send(labelled(type, GOOD)).summary()).isEqualTo("text ok | completed");
    }

    @Test
    void should_read_a_whole_completion_of_a_server_that_does_not_stream() throws Exception {
        for (String type : new String[] {"application/json", "text/event-stream", "text/plain"}) {
            assertThat(send(labelled(type, WHOLE)).summary()).isEqualTo("text ok | completed");
            assertThat(send(labelled(type, "\n" + WHOLE)).summary()).isEqualTo("text ok | completed");
        }
    }

    @Test
    void should_end_without_the_end_mark_when_the_last_frame_has_no_empty_line() throws Exception {
        String cut = GOOD.stripTrailing();
        assertThat(send(ModelReply.raw(cut)).summary()).isEqualTo("text ok | completed");
        assertThat(send(ModelReply.raw(cut).cutAfter(cut.length())).summary()).isEqualTo("text ok | completed");
    }

    @Test
    void should_end_when_the_server_leaves_the_connection_open_after_the_answer() throws Exception {
        try (SilentServer server =
                new SilentServer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + GOOD)) {
            VirtualTimers clock = new VirtualTimers();
            Recording said = new Recording();
            var unused = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .wire(Wire.CHAT)
                    .timers(clock)
                    .build()
                    .send(PROMPT, said);
            await().atMost(Stage.LIMIT).until(() -> clock.pending() == 1);
            assertThat(said.isOver()).isFalse();
            clock.advance(Duration.ofSeconds(5));

            assertThat(said.summary()).isEqualTo("text ok | completed");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'slow','code':429}} | RATE_LIMIT | slow",
                "{'detail':'Not Found'} | UNKNOWN | Not Found",
                "{'message':'boom','code':503} | OVERLOADED | boom",
                "upstream connect error | OVERLOADED | upstream connect",
                "<html><body>502 Bad Gateway</body></html> | OVERLOADED | 502 Bad Gateway",
                "what is this | UNKNOWN | what is this"
            })
    void should_report_a_frame_that_is_no_chunk(String frame, FailureKind kind, String message) throws Exception {
        String data = "data: " + frame.replace('\'', '"') + "\n\n";
        for (String body : new String[] {data, ": ping\n\n" + data + "data: [DONE]\n\n"}) {
            ModelFailure failure = send(ModelReply.raw(body)).failure();

            assertThat(failure.kind()).as(body).isEqualTo(kind);
            assertThat(failure.message()).contains(message);
        }
    }

    @Test
    void should_name_the_other_api_of_a_server_and_the_wire_to_use() throws Exception {
        String created = "{\"type\":\"response.created\",\"response\":{\"object\":\"response\"}}";
        for (ModelReply reply : new ModelReply[] {
            ModelReply.raw("event: response.created\ndata: " + created + "\n\n"),
            labelled("application/json", "{\"object\":\"response\",\"status\":\"completed\",\"output\":[]}")
        }) {
            ModelFailure failure = send(reply).failure();

            assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
            assertThat(failure.message())
                    .contains(
                            "/v1/chat/completions answered with a response of OpenAI's Responses API",
                            "\"wire\": \"responses\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | 404 page not found",
                "404 | {'detail':'Not Found'}",
                "405 | ''",
                "200 | <html>Sign in</html>",
                "200 | {'hello':'world'}",
                "200 | {'object':'chat.completion','choices':[]}",
                "200 | ''"
            })
    void should_say_the_address_what_came_and_what_to_try(int status, String body) throws Exception {
        for (Wire wire : Wire.values()) {
            ModelFailure failure = send(
                            labelled(
                                    status,
                                    body.startsWith("{") ? "application/json" : "text/html",
                                    body.replace('\'', '"')),
                            wire)
                    .failure();

            assertThat(failure.message())
                    .contains("/v1/" + wire.path() + " answered ")
                    .contains("does the address end in /v1")
                    .contains("\"wire\": \"" + (wire == Wire.CHAT ? "responses" : "chat") + "\"");
            assertThat(failure.retryable()).isFalse();
        }
    }

    @Test
    void should_not_blame_the_address_for_a_model_that_the_server_does_not_have() throws Exception {
        String body =
                "{\"error\":{\"message\":\"model \\\"x\\\" not found, try pulling it first\",\"type\":\"api_error\"}}";

        assertThat(send(labelled(404, "application/json", body), Wire.CHAT)
                        .failure()
                        .message())
                .contains("try pulling it first")
                .doesNotContain("openai.base-url");
    }

    @Test
    void should_authorize_and_ask_for_a_stream() throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(ModelReply.text("hi")))) {
            Recording said = new Recording();
            OpenAiModel model = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .apiKey("very-secret-key")
                    .build();
            var unused = model.send(Prompt.builder().from(PROMPT).wire("chat").build(), said);

            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
            assertThat(server.requests().get(0).path()).isEqualTo("/v1/chat/completions");
            assertThat(server.requests().get(0).headers())
                    .containsEntry("authorization", "Bearer very-secret-key")
                    .containsEntry("accept", "text/event-stream");
        }
    }

    private static ModelReply labelled(String type, String body) {
        return labelled(200, type, body);
    }

    private static ModelReply labelled(int status, String type, String body) {
        return ModelReply.status(status, body, Map.of("Content-Type", type));
    }

    private static Recording send(ModelReply reply) throws Exception {
        return send(reply, Wire.CHAT);
    }

    private static Recording send(ModelReply reply, Wire wire) throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(reply))) {
            Recording said = new Recording();
            var unused = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .wire(wire)
                    .build()
                    .send(PROMPT, said);
            said.outcome();
            assertThat(said.ends).hasValue(1);
            return said;
        }
    }
}
