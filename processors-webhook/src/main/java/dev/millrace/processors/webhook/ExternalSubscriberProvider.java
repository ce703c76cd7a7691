package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.Set;

/** Brings an {@link ExternalSubscriber} to every stream that configures a push subscription. */
public final class ExternalSubscriberProvider implements ProcessorProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public ExternalSubscriberProvider() {}

    @Override
    public String name() {
        return ExternalSubscriber.SLUG;
    }

    @Override
    public Set<BuiltInType> activatedBy() {
        return Set.of(BuiltInType.SUBSCRIPTION_CONFIGURED);
    }

    /** Finds types that are none, addresses that nothing can be pushed to, and expressions that are not JSONata. */
    @Override
    public List<String> problems(BuiltInType type, JsonNode payload) {
        return type == BuiltInType.SUBSCRIPTION_CONFIGURED ? Objections.to(payload) : List.of();
    }

    /**
     * A processor for one stream.
     *
     * @param config not used
     * @throws IllegalArgumentException when a setting is wrong; the message names it
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        return new ExternalSubscriber(context);
    }
}
