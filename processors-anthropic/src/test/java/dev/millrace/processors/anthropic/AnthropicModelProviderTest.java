package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.processors.agent.model.ModelProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicModelProviderTest {
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();

    @AfterEach
    void stop() {
        engine.close();
    }

    private static final JsonNode ANTHROPIC = JsonCodec.parse("{\"provider\":\"anthropic\"}");
    private final AgentProvider provider = new AgentProvider();

    @Test
    void should_be_found_by_the_service_loader() {
        assertThat(ServiceLoader.load(ModelProvider.class))
                .anyMatch(found ->
                        found instanceof AnthropicModelProvider && found.name().equals("anthropic"));
    }

    @Test
    void should_make_an_agent_from_settings_without_showing_the_key() {
        Processor<?> agent = provider.create(
                ANTHROPIC,
                context(Map.of("anthropic.base-url", "http://localhost:11434/v1/", "anthropic.api-key", "secret-key")));

        assertThat(agent.slug()).isEqualTo("agent");
        assertThat(agent).hasToString("agent (POST http://localhost:11434/v1/messages, key [redacted])");
    }

    @Test
    void should_want_a_key_for_the_public_api_only() {
        assertThatThrownBy(() -> provider.create(ANTHROPIC, context(Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("anthropic.api-key");
        assertThat(provider.create(ANTHROPIC, context(Map.of("anthropic.base-url", "http://localhost:1/v1"))))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseUrl", "apiKey", "anthropic.base-url", "url"})
    void should_refuse_an_attach_event_that_redirects_the_key(String field) {
        JsonNode config = JsonCodec.parse("{\"provider\":\"anthropic\",\"" + field + "\":\"http://evil\"}");

        assertThatThrownBy(() -> provider.create(config, context(Map.of("anthropic.api-key", "secret-key"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(field)
                .hasMessageContaining("settings of the server")
                .hasMessageNotContaining("secret-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://api.anthropic.com", "https://api.anthropic.com/", "https://api.anthropic.com/v1/"})
    void should_know_the_public_api_with_and_without_its_version(String url) {
        assertThatThrownBy(() -> provider.create(ANTHROPIC, context(Map.of("anthropic.base-url", url))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ANTHROPIC_API_KEY");
        assertThat(AnthropicModel.builder().baseUrl(url).build())
                .hasToString("POST https://api.anthropic.com/v1/messages, key none");
        assertThat(AnthropicModel.builder()
                        .baseUrl("http://host/gateway")
                        .build()
                        .baseUrl())
                .isEqualTo("http://host/gateway/v1");
    }

    @Test
    void should_take_the_model_from_the_settings() {
        assertThat(new AnthropicModelProvider()
                        .create(context(Map.of("anthropic.api-key", "secret-key", "anthropic.model", "other")))
                        .defaultModel())
                .isEqualTo("other");
        assertThat(new AnthropicModelProvider()
                        .create(context(Map.of("anthropic.api-key", "secret-key")))
                        .defaultModel())
                .isEqualTo("claude-sonnet-5-5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "api.openai.com", "ftp://x", "http://user:pw@host/v1", "http://host/v1?key=1"})
    void should_refuse_a_base_url_that_is_none(String url) {
        assertThatThrownBy(() -> provider.create(ANTHROPIC, context(Map.of("anthropic.base-url", url))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("anthropic.base-url");
    }

    @Test
    void should_not_show_a_key_that_cannot_be_one() {
        assertThatThrownBy(() -> AnthropicModel.builder().apiKey("secret\nkey").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void should_be_chosen_by_the_config_or_by_the_server() {
        Map<String, String> settings =
                Map.of("anthropic.base-url", "http://localhost:1/v1", "openai.base-url", "http://localhost:2/v1");
        JsonNode none = JsonCodec.parse("{}");

        assertThat(provider.create(ANTHROPIC, context(settings)).toString()).contains("localhost:1/v1/messages");
        assertThat(provider.create(none, context(settings)).toString()).contains("localhost:2/v1/responses");
        Map<String, String> chosen = new HashMap<>(settings);
        chosen.put("agent.provider", "anthropic");
        assertThat(provider.create(none, context(chosen)).toString()).contains("localhost:1/v1/messages");
    }

    @Test
    void should_read_the_environment() {
        AnthropicModel model = AnthropicModel.fromEnvironment(Map.of(
                "ANTHROPIC_API_KEY",
                " secret-key\n",
                "ANTHROPIC_BASE_URL",
                "http://localhost:1/v1",
                "ANTHROPIC_MODEL",
                "m"));

        assertThat(model.toString()).contains("http://localhost:1/v1/").contains("[redacted]");
        assertThat(model.defaultModel()).isEqualTo("m");
        assertThat(AnthropicModel.fromEnvironment(Map.of("ANTHROPIC_API_KEY", "k", "ANTHROPIC_MODEL", " ")))
                .satisfies(found -> assertThat(found.baseUrl()).isEqualTo(AnthropicModel.PUBLIC_BASE_URL))
                .satisfies(found -> assertThat(found.defaultModel()).isEqualTo(AnthropicModel.DEFAULT_MODEL));
        assertThatThrownBy(() -> AnthropicModel.fromEnvironment(Map.of("ANTHROPIC_API_KEY", " ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL are not set");
    }

    private HostContext context(Map<String, String> settings) {
        return HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                .settings(settings)
                .build();
    }
}
