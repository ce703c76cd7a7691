package dev.millrace.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class SupportAgentTest {
    // region test
    @Test
    void should_refund_once_after_the_approval() {
        ModelScript script = ModelScript.of(
                ModelReply.call("1", "find_order", "{\"id\":\"17\"}"),
                ModelReply.call("2", "refund", "{\"id\":\"17\",\"amount\":12.5}"),
                ModelReply.text("Done."));
        Bookshop shop = new Bookshop();
        try (ScriptedModelServer server = ScriptedModelServer.start(script);
                StreamEngine engine =
                        StreamEngine.builder(new InMemoryEventStore()).start()) {
            OpenAiModel model = OpenAiModel.builder().baseUrl(server.baseUrl()).build();
            String answer = SupportAgent.talk(
                    engine.streams(ProjectSlug.defaultProject()), SupportAgent.agent(model, shop), "Refund order 17");

            assertThat(answer).isEqualTo("Done.");
            assertThat(shop.refunds().values()).containsExactly(new BigDecimal("12.5"));
        }
    }
    // endregion
}
