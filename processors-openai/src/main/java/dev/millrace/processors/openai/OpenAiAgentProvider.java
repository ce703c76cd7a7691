package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;

/**
 * The provider of {@link OpenAiAgent} under the name {@code openai-agent}.
 *
 * <p>Settings of the server: {@code openai.base-url} (the public API by default), {@code openai.api-key} (required for
 * the public API) and {@code openai.model} ({@code gpt-5-mini} by default). The config of {@code processor-attached}
 * can set {@code model}, {@code systemPrompt}, {@code reasoningEffort}, {@code maxOutputTokens} and {@code
 * temperature}. Events of the stream override both.
 *
 * @since 0.1
 */
public final class OpenAiAgentProvider implements ProcessorProvider {
    /** For {@link java.util.ServiceLoader}. */
    public OpenAiAgentProvider() {}

    @Override
    public String name() {
        return OpenAiAgent.SLUG;
    }

    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        OpenAiAgent.Builder builder = ModelSettings.apply(context);
        AttachedAgentConfig.apply(config, builder);
        return builder.build();
    }
}
