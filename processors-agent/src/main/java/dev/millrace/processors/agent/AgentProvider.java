package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelProvider;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/**
 * The provider of {@link AgentProcessor} under the name {@code agent}; the older name {@code openai-agent} means the same.
 *
 * <p>The config of {@code processor-attached} can set {@code provider}, {@code model}, {@code systemPrompt}, {@code
 * reasoningEffort}, {@code maxOutputTokens}, {@code temperature}, {@code wire} and {@code toolHosts}. Events of the
 * stream override all but the first and the last. Without
 * {@code provider}, the setting {@code agent.provider} of the server decides; without it, {@code openai}, or the only
 * {@link ModelProvider} on the class path.
 *
 * @since 0.1
 */
public final class AgentProvider implements ProcessorProvider {
    private static final String DEFAULT = "openai";

    /** For {@link java.util.ServiceLoader}. */
    public AgentProvider() {}

    @Override
    public String name() {
        return AgentProcessor.SLUG;
    }

    @Override
    public Set<String> aliases() {
        return Set.of("openai-agent");
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                event(AgentEvent.InputAdded.class),
                event(AgentEvent.SystemPromptUpdated.class),
                event(AgentEvent.LlmConfigUpdated.class)
                        .withRule((config, host) -> AttachedAgentConfig.problems(config)),
                event(AgentEvent.RetryRequested.class),
                event(AgentEvent.RequestScheduled.class),
                event(AgentEvent.RequestStarted.class),
                event(AgentEvent.ChunkAdded.class),
                event(AgentEvent.ItemCompleted.class),
                event(AgentEvent.RetryScheduled.class),
                event(AgentEvent.CapabilityLearned.class),
                event(AgentEvent.RequestCompleted.class),
                event(AgentEvent.RequestFailed.class),
                event(AgentEvent.RequestCancelled.class),
                event(AgentEvent.RequestLost.class),
                event(ToolEvent.ToolsOffered.class),
                event(ToolEvent.CallRequested.class).withOperation(Operation.PROCESS),
                event(ToolEvent.CallStarted.class),
                event(ToolEvent.CallProgressed.class),
                event(ToolEvent.CallCompleted.class),
                event(ToolEvent.CallFailed.class),
                event(ToolEvent.CallSkipped.class),
                event(ToolEvent.CallOutcomeUnknown.class),
                event(ToolEvent.CallCancelled.class),
                event(ToolEvent.ApprovalRequested.class).withOperation(Operation.PROCESS),
                event(ToolEvent.ApprovalWaived.class).withOperation(Operation.PROCESS),
                event(ToolEvent.ApprovalNeeded.class),
                event(ToolEvent.ApprovalGranted.class).withOperation(Operation.APPROVE),
                event(ToolEvent.ApprovalDenied.class).withOperation(Operation.APPROVE),
                event(ToolEvent.ApprovalExpired.class).withOperation(Operation.PROCESS),
                event(ToolEvent.CallEdited.class).withOperation(Operation.APPROVE));
    }

    /** Other programs write these events too, with fields of their own. */
    private static <T> ProvidedEvent<T> event(Class<T> payload) {
        return ProvidedEvent.of(payload).ignoringUnknownFields();
    }

    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        Optional<String> named = AttachedAgentConfig.provider(config);
        Model model = named.isEmpty() && AttachedAgentConfig.external(config).isPresent()
                ? AttachedAgentConfig.external(config).get()
                : provider(named.or(() -> context.setting("agent.provider")).orElse(""))
                        .create(context);
        AgentProcessor.Builder builder =
                AgentProcessor.builder(model).timers(context.timers()).executor(context.executor());
        AttachedAgentConfig.apply(config, builder);
        return builder.build();
    }

    private static ModelProvider provider(String name) {
        TreeMap<String, ModelProvider> known = new TreeMap<>();
        try {
            for (ModelProvider provider : ServiceLoader.load(ModelProvider.class)) {
                ModelProvider other = known.putIfAbsent(provider.name(), provider);
                if (other != null) {
                    throw new IllegalArgumentException("two providers of models are named '" + provider.name() + "': "
                            + other.getClass().getName() + " and "
                            + provider.getClass().getName() + "; take one of them off the class path");
                }
            }
        } catch (ServiceConfigurationError broken) {
            throw new IllegalArgumentException(
                    "processor 'agent' cannot start: a provider of models cannot be loaded: " + broken.getMessage()
                            + "; correct its META-INF/services file, or take its jar off the class path",
                    broken);
        }
        String wanted = !name.isEmpty() ? name : known.size() == 1 ? known.firstKey() : DEFAULT;
        ModelProvider provider = known.get(wanted);
        if (provider == null) {
            throw new IllegalArgumentException("processor 'agent' cannot start: no provider of models is named '"
                    + wanted
                    + "'; known are " + known.keySet() + "; correct 'provider' in the config of processor-attached, or"
                    + " the setting agent.provider of the server, or add the jar of the provider to its class path");
        }
        return provider;
    }
}
