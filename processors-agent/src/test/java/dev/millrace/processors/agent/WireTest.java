package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireTest {
    private final FakeModel model = new FakeModel().wires("responses", "chat");
    private final AgentLog log = new AgentLog();

    @Test
    void should_take_the_wire_of_the_event_then_of_the_config_then_of_the_model() {
        log.user("hi");
        assertThat(prompt(LlmConfigUpdated.none()).wire()).contains("responses");
        assertThat(prompt(LlmConfigUpdated.wire("chat")).wire()).contains("chat");
        log.add(LlmConfigUpdated.wire("external"));
        assertThat(prompt(LlmConfigUpdated.wire("chat")).wire()).contains("external");
    }

    @Test
    void should_keep_the_wire_when_another_value_changes() {
        log.add(LlmConfigUpdated.wire("chat"));
        log.add(LlmConfigUpdated.model("m2"));
        log.user("hi");

        assertThat(prompt(LlmConfigUpdated.none()).wire()).contains("chat");
        assertThat(prompt(LlmConfigUpdated.none()).model()).isEqualTo("m2");
    }

    @Test
    void should_name_no_wire_for_a_model_without_any() {
        log.user("hi");

        assertThat(AgentProcessor.of(new FakeModel()).prompt(log.events()).wire())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "fake, chat, chat, true",
        "fake, chat, responses, false",
        "fake, responses, , true",
        "fake, chat, , false",
        "fake, , chat, true"
    })
    void should_know_whether_a_response_came_over_the_wire_of_a_prompt(
            String provider, String stored, String asked, boolean expected) {
        Origin origin = new Origin(provider, Optional.of(model.baseUrl()), "m", Optional.ofNullable(stored));

        assertThat(origin.is(model, asked(asked))).isEqualTo(expected);
    }

    private static Prompt asked(String wire) {
        return Prompt.builder().model("m").wire(Optional.ofNullable(wire)).build();
    }

    private Prompt prompt(LlmConfigUpdated config) {
        return AgentProcessor.builder(model).config(config).build().prompt(log.events());
    }
}
