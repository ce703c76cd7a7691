package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All replies over a real socket, ended normally after each byte and cut off at a sample of bytes. Without the
 * data of a terminal event the result is "cut off"; with one it is the outcome of that event; never both.
 */
@Timeout(300)
class CutStreamTest {
    private static final String TEXT = "Grüße, 😀!";
    private static final Prompt PROMPT = Prompt.builder()
            .model("m")
            .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
            .build();

    static Stream<Arguments> replies() {
        return Stream.of(
                Arguments.of(Wire.RESPONSES, ModelReply.text(TEXT), "\nevent: response.completed\n"),
                Arguments.of(
                        Wire.RESPONSES,
                        ModelReply.incomplete("max_output_tokens", TEXT),
                        "\nevent: response.incomplete\n"),
                Arguments.of(Wire.RESPONSES, ModelReply.errorInStream("insufficient_quota", "pay"), "\nevent: error\n"),
                Arguments.of(Wire.CHAT, ModelReply.text(TEXT), "\"finish_reason\":\"stop\""),
                Arguments.of(
                        Wire.CHAT, ModelReply.incomplete("max_output_tokens", TEXT), "\"finish_reason\":\"length\""),
                Arguments.of(Wire.CHAT, ModelReply.errorInStream("insufficient_quota", "pay"), "\"error\":"));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void should_know_a_cut_stream_from_a_whole_one_at_every_byte(Wire wire, ModelReply reply, String terminal)
            throws Exception {
        byte[] whole = bytes(wire, reply);
        String latin = new String(whole, StandardCharsets.ISO_8859_1);
        int needed = latin.indexOf("\n\n", latin.indexOf(terminal) + 1); // its empty line may be missing
        ModelReply fixture = ModelReply.raw(new String(whole, StandardCharsets.UTF_8));
        List<ModelReply> replies = new ArrayList<>();
        List<Boolean> complete = new ArrayList<>();
        for (int end = 0; end <= whole.length; end++) {
            replies.add(fixture.endAfter(end));
            complete.add(end >= needed);
            if (end % 17 == 0) {
                replies.add(fixture.cutAfter(end));
                complete.add(end >= needed);
            }
        }
        ModelScript script = ModelScript.of(
                replies.get(0), replies.subList(1, replies.size()).toArray(ModelReply[]::new));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            OpenAiModel model =
                    OpenAiModel.builder().baseUrl(server.baseUrl()).wire(wire).build();
            for (int i = 0; i < replies.size(); i++) {
                Recording said = new Recording();
                var unused = model.send(PROMPT, said);
                ModelResult outcome = said.outcome();
                assertThat(TEXT).startsWith(said.text());
                assertThat(said.ends).hasValue(1);
                if (complete.get(i)) {
                    assertThat(outcome instanceof ModelResult.Response
                                    || ((ModelFailure) outcome).kind() == FailureKind.QUOTA)
                            .as("reply %d: %s", i, outcome)
                            .isTrue();
                } else {
                    assertThat(((ModelFailure) outcome).kind())
                            .as("reply %d: %s", i, outcome)
                            .isIn(FailureKind.TRUNCATED, FailureKind.NETWORK);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void should_read_each_line_end_and_skip_empty_frames(String newline) throws Exception {
        String whole = new String(bytes(Wire.RESPONSES, ModelReply.text(TEXT)), StandardCharsets.UTF_8);
        String sent = whole.replace("\n\n", "\n\ndata:\n\n: x\n\n").replace("\n", newline);
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(ModelReply.raw(sent)))) {
            OpenAiModel model = OpenAiModel.builder().baseUrl(server.baseUrl()).build();
            Recording said = new Recording();
            var unused = model.send(PROMPT, said);
            assertThat(said.outcome()).isInstanceOf(ModelResult.Response.class);
            assertThat(said.text()).isEqualTo(TEXT);
        }
    }

    private static byte[] bytes(Wire wire, ModelReply reply) throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(reply))) {
            Request request = new Request.Builder()
                    .url(server.baseUrl() + "/" + wire.path())
                    .post(RequestBody.create(
                            JsonCodec.write(
                                    wire.body(PROMPT, OpenAiModel.builder().build())),
                            MediaType.get("application/json")))
                    .build();
            try (Response response = new OkHttpClient().newCall(request).execute()) {
                return response.body().bytes();
            }
        }
    }
}
