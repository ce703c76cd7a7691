package dev.millrace.processors.openai;

import dev.millrace.core.hosting.HostContext;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelProvider;

/**
 * The provider of {@link OpenAiModel} under the name {@code openai}.
 *
 * <p>Settings of the server: {@code openai.base-url} (the public API by default), {@code openai.api-key} (required for
 * the public API), {@code openai.model} ({@code gpt-5-mini} by default) and {@code openai.wire} ({@code responses} or
 * {@code chat}; {@code responses} by default).
 *
 * @since 0.1
 */
public final class OpenAiModelProvider implements ModelProvider {
    /** For {@link java.util.ServiceLoader}. */
    public OpenAiModelProvider() {}

    @Override
    public String name() {
        return OpenAiModel.PROVIDER;
    }

    @Override
    public Model create(HostContext context) {
        String baseUrl = context.setting("openai.base-url").orElse(OpenAiModel.PUBLIC_BASE_URL);
        String key = context.setting("openai.api-key").orElse("");
        if (key.isBlank() && baseUrl.equals(OpenAiModel.PUBLIC_BASE_URL)) {
            throw new IllegalArgumentException("the agent cannot start: " + OpenAiModel.PUBLIC_BASE_URL
                    + " requires a key, and none is set; set openai.api-key ('millrace serve' reads it from"
                    + " OPENAI_API_KEY), or set openai.base-url (OPENAI_BASE_URL) to a server without keys");
        }
        OpenAiModel.Builder builder =
                OpenAiModel.builder().baseUrl(baseUrl).apiKey(key).timers(context.timers());
        context.setting("openai.model").ifPresent(builder::model);
        context.setting("openai.wire")
                .map(wire -> Wire.parse(wire, "openai.wire"))
                .ifPresent(builder::wire);
        return builder.build();
    }
}
