package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.hosting.StateSlice;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.Set;

/**
 * The provider of the {@link ExternalSubscriber}, which runs on every stream that configures a push subscription.
 *
 * @since 0.1
 */
public final class ExternalSubscriberProvider implements ProcessorProvider {
    @Override
    public String name() {
        return ExternalSubscriber.SLUG;
    }

    /** A configuration with an unknown type, an unusable URL or an invalid JSONata expression is refused. */
    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                controlEvent(SubscriptionEvent.Configured.class)
                        .activating()
                        .withRule((configured, host) -> SubscriberConfigValidator.to(configured)),
                controlEvent(SubscriptionEvent.Removed.class),
                controlEvent(SubscriptionEvent.Disabled.class),
                controlEvent(SubscriptionEvent.DeliveryFailed.class),
                controlEvent(SubscriptionEvent.DeliverySucceeded.class));
    }

    private static <T extends SubscriptionEvent> ProvidedEvent<T> controlEvent(Class<T> payload) {
        return ProvidedEvent.of(payload).withOperation(Operation.CONTROL);
    }

    /**
     * Creates a processor.
     *
     * @param config not used
     * @throws IllegalArgumentException if a setting is invalid; the message names it
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        return new ExternalSubscriber(context);
    }

    @Override
    public JsonNode stateSlice(JsonNode state) {
        return StateSlice.ofMap(
                state, "subscribersBySlug", Set.of("slug", "type", "callbackUrl", "jsonataFilter", "jsonataTransform"));
    }
}
