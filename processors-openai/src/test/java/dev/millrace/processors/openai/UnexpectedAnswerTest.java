package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are labelled wrongly, come from a proxy, or from a server of another API. */
@Timeout(60)
class UnexpectedAnswerTest {
    private static final String KEY = "very-secret-key";
    private static final String HINT = "check openai.base-url: is there an API with /responses";
    private static final String DELTA =
            "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"ok\"}\n\n";
    private static final String GOOD = """
            data: {"type":"response.output_text.delta","output_index":0,"delta":"ok"}

            data: {"type":"response.completed","response":{"status":"completed","output":[]}}

            """;
    private static final Prompt PROMPT = Prompt.builder()
            .model("m")
            .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "text/plain",
                "application/octet-stream",
                "application/x-ndjson",
                "text/html",
                "TEXT/EVENT-STREAM;charset=UTF-8"
            })
    void should_read_a_stream_under_each_label(String type) throws Exception {
        Recording said = send(labelled(type, GOOD));

        assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
        assertThat(said.text()).isEqualTo("ok");
    }

    @Test
    void should_take_a_whole_response_that_is_labelled_as_a_stream_or_is_one_frame() throws Exception {
        String whole =
                "{\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"ok\"}]}]}";
        for (String body : new String[] {whole, "data: " + whole, "event: message\ndata: " + whole + "\n\n"}) {
            Recording said = send(labelled("text/event-stream", body));

            assertThat(said.outcome()).as(body).isInstanceOf(ModelResult.Response.class);
            assertThat(said.items).as(body).hasSize(1);
        }
    }

    @Test
    void should_take_an_answer_whose_last_frame_has_no_empty_line() throws Exception {
        for (String cut : new String[] {"\n\n", "\n"}) {
            Recording said = send(ModelReply.raw(GOOD.substring(0, GOOD.length() - cut.length())));

            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'failed to call','type':'invalid_request_error'}} | INVALID_REQUEST | failed to call",
                "{'error':{'message':'slow','code':429}} | RATE_LIMIT | slow",
                "{'error':'model is loading'} | UNKNOWN | model is loading",
                "{'type':'oops','error':{'code':'server_error','message':'boom'}} | OVERLOADED | boom",
                "{'detail':'Not Found'} | UNKNOWN | Not Found",
                "{'message':'boom','code':503} | OVERLOADED | boom",
                "upstream connect error or disconnect/reset before headers | OVERLOADED | upstream connect",
                "<html><body>502 Bad Gateway</body></html> | OVERLOADED | 502 Bad Gateway",
                "<html>Sign in with very-secret-key</html> | UNKNOWN | Sign in with [redacted]",
                "429 Too Many Requests | RATE_LIMIT | 429 Too Many",
                "what is this | UNKNOWN | what is this"
            })
    void should_report_a_frame_that_is_no_event(String frame, FailureKind kind, String message) throws Exception {
        String data = "data: " + frame.replace('\'', '"') + "\n\n";
        for (String body : new String[] {data, "event: message\n" + data, ": ping\n\n" + data + "data: [DONE]\n\n"}) {
            ModelFailure failure = send(ModelReply.raw(body)).failure();

            assertThat(failure.kind()).as(body).isEqualTo(kind);
            assertThat(failure.message()).as(body).contains(message).doesNotContain(KEY);
            assertThat(failure.retryable()).as(body).isEqualTo(kind.isRetryable());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upstream connect error | OVERLOADED | upstream connect error",
                "what is this | TRUNCATED | cut off",
                "what is this | TRUNCATED | begin with: what is this"
            })
    void should_report_a_frame_that_ends_a_response(String frame, FailureKind kind, String message) throws Exception {
        Recording said = send(ModelReply.raw(DELTA + "data: " + frame + "\n\n"));

        assertThat(said.failure().kind()).isEqualTo(kind);
        assertThat(said.failure().message()).contains(message);
        assertThat(said.text()).isEqualTo("ok");
    }

    /** The words of the model in an event that is not read are no error. */
    @ParameterizedTest
    @ValueSource(strings = {"content_part.done", "reasoning_summary_part.added", "invented_yesterday"})
    void should_not_blame_an_event_of_the_api_that_is_not_read(String type) throws Exception {
        String event = "data: {\"type\":\"response." + type + "\",\"part\":{\"text\":\"maximum context length\"}}\n\n";
        for (String body : new String[] {event, DELTA + event}) {
            ModelFailure failure = send(ModelReply.raw(body)).failure();

            assertThat(failure.kind()).isEqualTo(FailureKind.TRUNCATED);
            assertThat(failure.message()).contains("cut off").doesNotContain("maximum context length");
        }
    }

    @Test
    void should_not_blame_a_frame_before_other_events() throws Exception {
        Recording good = send(ModelReply.raw("data: what is this\n\n" + GOOD));
        assertThat(good.outcome()).isInstanceOf(ModelResult.Response.class);

        ModelFailure cut =
                send(ModelReply.raw("data: what is this\n\n" + DELTA)).failure();
        assertThat(cut.kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(cut.message()).doesNotContain("what is this");
    }

    @Test
    void should_bound_what_it_reports_and_redact_a_key_at_the_bound() throws Exception {
        for (int length = 480; length < 505; length++) {
            ModelFailure failure = send(ModelReply.raw(
                            "data: " + "x".repeat(length) + KEY + "y".repeat(9_000) + "\n\n"))
                    .failure();

            assertThat(failure.message()).hasSizeLessThan(1_000).doesNotContain("very-s");
        }
    }

    @Test
    void should_name_the_other_api_of_a_server_and_not_ask_again() throws Exception {
        String chunk = "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}";
        String chat = chunk.replace(".chunk", "");
        for (ModelReply reply : new ModelReply[] {
            ModelReply.raw("data: " + chunk + "\n\ndata: [DONE]\n\n"),
            labelled("application/json", chat),
            labelled("text/event-stream", chat)
        }) {
            ModelFailure failure = send(reply).failure();

            assertThat(failure.message()).contains("/responses answered with a chat completion", HINT);
            assertThat(failure.retryable()).isFalse();
        }
        assertThat(send(ModelReply.raw("data: {\"type\":\"message_start\",\"message\":{}}\n\n"))
                        .failure()
                        .message())
                .contains("Anthropic", HINT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | 404 page not found | true",
                "404 | {'detail':'Not Found'} | true",
                "405 | {'detail':'Method Not Allowed'} | true",
                "405 | '' | true",
                "404 | {'error':{'code':'model_not_found','message':'The model x does not exist'}} | false",
                "404 | {'error':'model \"x\" not found'} | false",
                "400 | no | false"
            })
    void should_say_the_address_and_the_setting_if_there_is_no_such_resource(int status, String body, boolean isHinted)
            throws Exception {
        ModelFailure failure = send(ModelReply.status(status, body.replace('\'', '"'), Map.of()))
                .failure();

        assertThat(failure.message().contains(HINT)).as(failure.message()).isEqualTo(isHinted);
        assertThat(failure.message().contains("/responses answered " + status)).isEqualTo(isHinted);
        assertThat(failure.retryable()).isFalse();
    }

    private static ModelReply labelled(String type, String body) {
        return ModelReply.status(200, body, Map.of("Content-Type", type));
    }

    private static Recording send(ModelReply reply) throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(reply))) {
            Recording said = new Recording();
            var unused = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .apiKey(KEY)
                    .build()
                    .send(PROMPT, said);
            said.outcome();
            assertThat(said.ends).hasValue(1);
            return said;
        }
    }
}
