package dev.millrace.processors.anthropic;

import dev.millrace.core.hosting.HostContext;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelProvider;

/**
 * The provider of {@link AnthropicModel} under the name {@code anthropic}.
 *
 * <p>Settings of the server: {@code anthropic.base-url} (the public API by default), {@code anthropic.api-key}
 * (required for the public API) and {@code anthropic.model} ({@code claude-sonnet-5-5} by default).
 *
 * @since 0.1
 */
public final class AnthropicModelProvider implements ModelProvider {
    /** For {@link java.util.ServiceLoader}. */
    public AnthropicModelProvider() {}

    @Override
    public String name() {
        return AnthropicModel.PROVIDER;
    }

    @Override
    public Model create(HostContext context) {
        AnthropicModel.Builder builder = AnthropicModel.builder().timers(context.timers());
        context.setting("anthropic.base-url").ifPresent(builder::baseUrl);
        context.setting("anthropic.model").ifPresent(builder::model);
        String key = context.setting("anthropic.api-key").orElse("");
        AnthropicModel model = builder.apiKey(key).build();
        if (key.isBlank() && model.baseUrl().equals(AnthropicModel.PUBLIC_BASE_URL)) {
            throw new IllegalArgumentException("the agent cannot start: " + AnthropicModel.PUBLIC_BASE_URL
                    + " requires a key, and none is set; set anthropic.api-key ('millrace serve' reads it from"
                    + " ANTHROPIC_API_KEY), or set anthropic.base-url (ANTHROPIC_BASE_URL) to a server without keys");
        }
        return model;
    }
}
