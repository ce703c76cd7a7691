package dev.millrace.cli.internal.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoModelTest {
    private static final Map<String, String> ANTHROPIC =
            Map.of("AGENT_PROVIDER", "anthropic", "ANTHROPIC_API_KEY", "key");

    @Test
    void should_script_its_answers_without_settings_of_openai() {
        try (DemoModel model = DemoModel.start(ANTHROPIC)) {
            assertThat(model.describe()).contains("scripted");
            assertThat(model.settings())
                    .containsEntry("agent.provider", "openai")
                    .containsEntry("openai.model", "scripted")
                    .hasEntrySatisfying(
                            "openai.base-url", url -> assertThat(url).contains("127.0.0.1"));
        }
    }

    @Test
    void should_ask_the_model_that_the_settings_of_openai_name() {
        Map<String, String> environment = Map.of(
                "OPENAI_BASE_URL", "http://localhost:1/v1", "OPENAI_MODEL", "small", "AGENT_PROVIDER", "anthropic");
        try (DemoModel model = DemoModel.start(environment)) {
            assertThat(model.describe()).contains("small at http://localhost:1/v1");
            assertThat(model.settings())
                    .isEqualTo(Map.of(
                            "agent.provider", "openai",
                            "openai.base-url", "http://localhost:1/v1",
                            "openai.model", "small"));
        }
    }
}
