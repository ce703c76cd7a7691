package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.testkit.log.RecordedLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A log that the first version recorded. The expected lines are the transcript that the first version had of it. */
class FirstVersionLogTest {
    private final List<Event> events = RecordedLog.readResource("logs/first-version.yaml").events().stream()
            .map(event -> event.decodedBy(AgentEvent.catalog()))
            .toList();

    @Test
    void should_have_the_same_roles_and_texts_in_the_same_order() {
        List<String> lines = AgentLog.transcript(Transcript.of(events)).stream()
                .filter(line -> !line.equals("user: " + Transcript.CONTINUE))
                .map(line -> line.replace("\n", "\\n"))
                .toList();

        assertThat(lines).isEqualTo(expected());
    }

    @Test
    void should_keep_what_the_service_sent_as_opaque_data() {
        PromptPart.Output first =
                (PromptPart.Output) Transcript.of(events).entries().get(1).part();

        assertThat(first.origin()).isEqualTo(new Origin("openai", Optional.empty(), "m", Optional.empty()));
        assertThat(first.items().get(0).item()).isInstanceOf(ModelItem.Reasoning.class);
        assertThat(first.items().get(0).opaque())
                .hasValueSatisfying(opaque ->
                        assertThat(opaque.path("encrypted_content").asText()).startsWith("sealed:"));
    }

    @Test
    void should_count_the_tokens_that_the_service_told_and_estimate_the_others() {
        AgentState state = AgentState.empty();
        for (Event event : events) {
            state = AgentReducer.reduce(state, event);
            assertThat(JsonCodec.fromTree(JsonCodec.toTree(state), AgentState.class))
                    .isEqualTo(state);
        }

        long completed = count("llm-request-completed");
        long ended =
                completed + count("llm-request-failed") + count("llm-request-cancelled") + count("llm-request-lost");
        assertThat(completed).isPositive();
        assertThat(state.usage().requests()).isEqualTo(ended);
        assertThat(state.usage().estimated()).isEqualTo(ended - completed);
        assertThat(state.usage().inputTokens()).isPositive();
        assertThat(state.status().reason()).isEqualTo(AgentStatus.ANSWERED);
        assertThat(state.owesReply()).isFalse();
    }

    @Test
    void should_make_a_prompt_of_the_answered_conversation() {
        assertThat(AgentProcessor.of(new FakeModel()).prompt(events).parts())
                .hasSizeGreaterThan(15)
                .last()
                .isInstanceOf(PromptPart.Output.class);
    }

    private long count(String type) {
        return events.stream().filter(event -> event.type().equals(type)).count();
    }

    private static List<String> expected() {
        try (InputStream lines =
                FirstVersionLogTest.class.getClassLoader().getResourceAsStream("logs/first-version.txt")) {
            return new String(Objects.requireNonNull(lines).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
