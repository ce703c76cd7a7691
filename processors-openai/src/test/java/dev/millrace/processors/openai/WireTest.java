package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WireTest {
    private static final String URL = "http://localhost:1/v1";

    @Test
    void should_speak_responses_first() {
        OpenAiModel model = OpenAiModel.builder().baseUrl(URL).build();

        assertThat(model.wires()).containsExactly("responses", "chat");
        assertThat(model.toString()).contains(URL + "/responses");
    }

    @Test
    void should_speak_first_the_wire_that_it_was_told() {
        OpenAiModel model = OpenAiModel.builder().baseUrl(URL).wire(Wire.CHAT).build();

        assertThat(model.wires()).containsExactly("chat", "responses");
        assertThat(model.toString()).contains(URL + "/chat/completions");
    }

    @Test
    void should_read_the_wire_from_the_environment_and_from_the_settings() {
        assertThat(OpenAiModel.fromEnvironment(Map.of("OPENAI_BASE_URL", URL, "OPENAI_WIRE", " chat"))
                        .wires())
                .startsWith("chat");
        assertThat(hosted("chat")).contains("/chat/completions");
        assertThat(hosted("responses")).contains("/responses");
    }

    @Test
    void should_say_which_wires_there_are() {
        assertThatThrownBy(() -> OpenAiModel.fromEnvironment(Map.of("OPENAI_API_KEY", "k", "OPENAI_WIRE", "smoke")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("OPENAI_WIRE must be one of [responses, chat], got 'smoke'");
        assertThatThrownBy(() -> hosted("external"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("openai.wire must be one of [responses, chat], got 'external'");
    }

    @Test
    void should_take_a_response_of_a_log_without_wires_as_one_of_the_responses_api() {
        OpenAiModel model = OpenAiModel.builder().baseUrl(URL).wire(Wire.CHAT).build();
        Origin old = new Origin("openai", Optional.empty(), "m", Optional.empty());

        assertThat(old.is(model, Prompt.builder().model("m").wire("responses").build()))
                .isTrue();
        assertThat(old.is(model, Prompt.builder().model("m").wire("chat").build()))
                .isFalse();
        assertThat(old.is(model, Prompt.builder().model("m").build())).isFalse();
    }

    private static String hosted(String wire) {
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            HostContext context = HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                    .settings(Map.of("openai.base-url", URL, "openai.wire", wire))
                    .build();
            return new AgentProvider().create(JsonCodec.parse("{}"), context).toString();
        }
    }
}
