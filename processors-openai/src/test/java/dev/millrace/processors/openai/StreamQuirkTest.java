package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.scriptedmodel.StreamQuirk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams of both wires as servers send them, read whole and in two pieces, split at each byte. */
@Timeout(300)
class StreamQuirkTest {
    static List<ChatQuirk> quirks() {
        return Stream.concat(
                        ChatQuirk.all().stream(),
                        Arrays.stream(StreamQuirk.values())
                                .filter(StreamQuirk::isChat)
                                .map(quirk -> new ChatQuirk(quirk.name(), ChatQuirk.expected(quirk), quirk.events())))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("quirks")
    void should_read_a_chat_completion_in_whatever_pieces_it_comes(ChatQuirk quirk) throws Exception {
        assertSame(Wire.CHAT, quirk.events(), quirk.expected());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "RESPONSES_.*")
    void should_read_a_response_in_whatever_pieces_it_comes(StreamQuirk quirk) throws Exception {
        byte[] bytes = quirk.events().getBytes(StandardCharsets.UTF_8);

        assertSame(
                Wire.RESPONSES,
                quirk.events(),
                SplitStream.whole(Wire.RESPONSES, bytes).summary());
    }

    private static void assertSame(Wire wire, String events, String expected) throws Exception {
        byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
        Recording whole = SplitStream.whole(wire, bytes);
        assertThat(whole.summary()).isEqualTo(expected);
        assertThat(whole.ends).hasValue(1);
        same(SplitStream.inBytes(wire, bytes), whole);
        for (int split = 1; split < bytes.length; split++) {
            same(SplitStream.at(wire, bytes, split), whole);
        }
    }

    private static void same(Recording said, Recording whole) throws Exception {
        assertThat(said.deltas).isEqualTo(whole.deltas);
        assertThat(said.items).isEqualTo(whole.items);
        assertThat(said.outcome()).isEqualTo(whole.outcome());
        assertThat(said.ends).hasValue(1);
    }

    @Test
    void should_read_the_same_from_a_socket_byte_by_byte() throws Exception {
        Prompt prompt = Prompt.builder()
                .model("m")
                .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
                .build();
        List<ChatQuirk> quirks = quirks();
        ModelReply[] replies = quirks.stream()
                .map(quirk -> ModelReply.raw(quirk.events()).inPiecesOf(1))
                .toArray(ModelReply[]::new);
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(replies[0], Arrays.copyOfRange(replies, 1, replies.length)))) {
            OpenAiModel model = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .wire(Wire.CHAT)
                    .build();
            for (ChatQuirk quirk : quirks) {
                Recording said = new Recording();
                var unused = model.send(prompt, said);

                assertThat(said.summary()).as(quirk.name()).isEqualTo(quirk.expected());
            }
        }
    }
}
