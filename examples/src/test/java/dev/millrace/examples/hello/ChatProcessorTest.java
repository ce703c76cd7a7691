package dev.millrace.examples.hello;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.examples.hello.ChatEvent.AssistantSaid;
import dev.millrace.examples.hello.ChatEvent.UserSaid;
import dev.millrace.testkit.fixture.ProcessorFixture;
import org.junit.jupiter.api.Test;

// spotless:off - as short as in the README
// region test
class ChatProcessorTest {
    @Test
    void answers_a_live_message_after_a_recorded_conversation() {
        ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")))
                .givenLog("logs/two-turns.yaml")  // history: causes no effects, checked for purity
                .when(new UserSaid("ping"))       // live: causes effects
                .thenAppended(new AssistantSaid("pong"))
                .thenState(state -> assertThat(state.history()).hasSize(6).endsWith("assistant: pong"));
    }
}
// endregion
// spotless:on
