package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.processors.agent.model.ModelProvider;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiModelProviderTest {
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();

    @AfterEach
    void stop() {
        engine.close();
    }

    private static final JsonNode NONE = JsonCodec.parse("{}");
    private final AgentProvider provider = new AgentProvider();

    @Test
    void should_be_found_by_the_service_loader() {
        assertThat(ServiceLoader.load(ModelProvider.class))
                .anyMatch(found ->
                        found instanceof OpenAiModelProvider && found.name().equals("openai"));
        assertThat(ServiceLoader.load(ProcessorProvider.class))
                .anyMatch(found -> found instanceof AgentProvider
                        && found.name().equals("agent")
                        && found.aliases().contains("openai-agent")
                        && !found.everywhere());
    }

    @Test
    void should_make_an_agent_from_settings_without_showing_the_key() {
        Processor<?> agent = provider.create(
                NONE, context(Map.of("openai.base-url", "http://localhost:11434/v1/", "openai.api-key", "secret-key")));

        assertThat(agent.slug()).isEqualTo("agent");
        assertThat(agent).hasToString("agent (POST http://localhost:11434/v1/responses, key [redacted])");
    }

    @Test
    void should_want_a_key_for_the_public_api_only() {
        assertThatThrownBy(() -> provider.create(NONE, context(Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openai.api-key");
        assertThat(provider.create(NONE, context(Map.of("openai.base-url", "http://localhost:1/v1"))))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseUrl", "apiKey", "openai.base-url", "url"})
    void should_refuse_an_attach_event_that_redirects_the_key(String field) {
        JsonNode config = JsonCodec.parse("{\"" + field + "\":\"http://evil\",\"model\":\"m\"}");

        assertThatThrownBy(() -> provider.create(config, context(Map.of("openai.api-key", "secret-key"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(field)
                .hasMessageContaining("settings of the server")
                .hasMessageNotContaining("secret-key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":{}}",
                "{\"systemPrompt\":1}",
                "{\"maxOutputTokens\":\"many\"}",
                "{\"toolHosts\":\"mcp\"}",
                "{\"toolHosts\":[1]}"
            })
    void should_say_what_is_wrong_with_a_configuration(String config) {
        assertThatThrownBy(
                        () -> provider.create(JsonCodec.parse(config), context(Map.of("openai.api-key", "secret-key"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("agent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "api.openai.com", "ftp://x", "http://user:pw@host/v1", "http://host/v1?key=1"})
    void should_refuse_a_base_url_that_is_none(String url) {
        assertThatThrownBy(() -> provider.create(NONE, context(Map.of("openai.base-url", url))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openai.base-url");
    }

    @Test
    void should_not_show_a_key_that_cannot_be_one() {
        assertThatThrownBy(() -> OpenAiModel.builder().apiKey("secret\nkey").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void should_find_the_provider_that_the_config_or_the_server_names() {
        Map<String, String> settings = Map.of("openai.base-url", "http://localhost:1/v1");
        assertThat(provider.create(JsonCodec.parse("{\"provider\":\"openai\"}"), context(settings)))
                .isNotNull();
        assertThatThrownBy(() ->
                        provider.create(JsonCodec.parse("{\"provider\":\"no-such-provider\"}"), context(settings)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no-such-provider")
                .hasMessageContaining("openai");
        assertThatThrownBy(() -> provider.create(NONE, context(Map.of("agent.provider", "no-such-provider"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("agent.provider");
    }

    @Test
    void should_read_the_environment() {
        OpenAiModel model = OpenAiModel.fromEnvironment(Map.of(
                "OPENAI_API_KEY", " secret-key\n", "OPENAI_BASE_URL", "http://localhost:1/v1", "OPENAI_MODEL", "m"));

        assertThat(model.toString()).contains("http://localhost:1/v1/").contains("[redacted]");
        assertThat(model.defaultModel()).isEqualTo("m");
        assertThat(OpenAiModel.fromEnvironment(Map.of("OPENAI_API_KEY", "k", "OPENAI_MODEL", " ")))
                .satisfies(found -> assertThat(found.baseUrl()).isEqualTo(OpenAiModel.PUBLIC_BASE_URL))
                .satisfies(found -> assertThat(found.defaultModel()).isEqualTo(OpenAiModel.DEFAULT_MODEL));
        assertThatThrownBy(() -> OpenAiModel.fromEnvironment(Map.of("OPENAI_API_KEY", " ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("OPENAI_API_KEY and OPENAI_BASE_URL are not set");
    }

    private HostContext context(Map<String, String> settings) {
        return HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                .settings(settings)
                .build();
    }
}
