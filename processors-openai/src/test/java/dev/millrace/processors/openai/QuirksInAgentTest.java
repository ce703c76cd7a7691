package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.StreamQuirk;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each unusual stream in a conversation of a real agent: the answer ends once, the next request is one that a strict server
 * takes, and the log does not depend on the pieces in which the stream arrives.
 */
@Timeout(300)
class QuirksInAgentTest {
    @ParameterizedTest
    @EnumSource(StreamQuirk.class)
    void should_go_on_after_each_quirk(StreamQuirk quirk) {
        assertGoesOn(quirk.isChat() ? Wire.CHAT : Wire.RESPONSES, quirk.reply());
    }

    static Stream<ChatQuirk> chatQuirks() {
        return ChatQuirk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("chatQuirks")
    void should_go_on_after_each_quirk_of_chat_completions(ChatQuirk quirk) {
        assertGoesOn(Wire.CHAT, ModelReply.raw(quirk.events()));
    }

    private static void assertGoesOn(Wire wire, ModelReply reply) {
        assertThat(log(wire, reply.inPiecesOf(1))).isEqualTo(log(wire, reply));
    }

    private static List<String> log(Wire wire, ModelReply reply) {
        ModelScript script = ModelScript.of(reply, ModelReply.text("next"));
        try (Stage stage = new Stage(script, wire)) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");
            int ended = stage.all(RequestCompleted.class).size()
                    + stage.all(RequestFailed.class).size();
            stage.ask(runner, "and now?");

            assertThat(stage.all(RequestCompleted.class).size()
                            + stage.all(RequestFailed.class).size())
                    .isEqualTo(ended + 1);
            assertThat(stage.texts()).endsWith("next");
            ModelRequest last = stage.lastRequest();
            assertThat(last.problem()).isEmpty();
            assertThat(last.isChat()).isEqualTo(wire == Wire.CHAT);
            assertThat(last.texts("user")).startsWith("hi").endsWith("and now?");
            stage.assertWhole();
            return LogText.of(stage.events());
        }
    }
}
