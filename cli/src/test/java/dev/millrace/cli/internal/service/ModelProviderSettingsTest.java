package dev.millrace.cli.internal.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelProviderSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "AGENT_PROVIDER, agent.provider",
        "OPENAI_API_KEY, openai.api-key",
        "OPENAI_BASE_URL, openai.base-url",
        "OPENAI_MODEL, openai.model",
        "OPENAI_WIRE, openai.wire",
        "ANTHROPIC_API_KEY, anthropic.api-key",
        "ANTHROPIC_BASE_URL, anthropic.base-url",
        "ANTHROPIC_MODEL, anthropic.model"
    })
    void should_read_a_setting_from_its_variable(String variable, String setting) {
        assertThat(ModelProviderSettings.from(Map.of(variable, " value ", "OTHER", "x")))
                .isEqualTo(Map.of(setting, "value"));
        assertThat(ModelProviderSettings.from(Map.of(variable, " "))).isEmpty();
    }

    @Test
    void should_know_whether_the_settings_of_openai_name_a_provider() {
        assertThat(ModelProviderSettings.hasProvider(Map.of("openai.api-key", "k")))
                .isTrue();
        assertThat(ModelProviderSettings.hasProvider(Map.of("openai.base-url", "u")))
                .isTrue();
        assertThat(ModelProviderSettings.hasProvider(Map.of("anthropic.api-key", "k", "openai.model", "m")))
                .isFalse();
    }
}
