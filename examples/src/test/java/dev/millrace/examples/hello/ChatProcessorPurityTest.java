package dev.millrace.examples.hello;

import static dev.millrace.testkit.MillraceAssertions.assertThat;

import dev.millrace.testkit.log.RecordedLog;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class ChatProcessorPurityTest {
    // region purity
    @Test
    void is_pure_over_a_recorded_conversation() {
        ChatProcessor processor = new ChatProcessor(history -> CompletableFuture.completedFuture("pong"));

        assertThat(processor).isPureOver(RecordedLog.readResource("logs/two-turns.yaml"));
    }
    // endregion
}
