package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import java.util.List;

/** Brings an {@link ExternalSubscriber} to every stream that configures a push subscription. */
public final class ExternalSubscriberProvider implements ProcessorProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public ExternalSubscriberProvider() {}

    @Override
    public String name() {
        return ExternalSubscriber.SLUG;
    }

    /** The rule finds types that are none, addresses that nothing can be pushed to, and expressions that are not JSONata. */
    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(
                steering(SubscriptionEvent.Configured.class)
                        .activating()
                        .withRule((configured, host) -> SubscriberConfigValidator.to(configured)),
                steering(SubscriptionEvent.Removed.class),
                steering(SubscriptionEvent.Disabled.class),
                steering(SubscriptionEvent.DeliveryFailed.class),
                steering(SubscriptionEvent.DeliverySucceeded.class));
    }

    private static <T extends SubscriptionEvent> ProvidedEvent<T> steering(Class<T> payload) {
        return ProvidedEvent.of(payload).withOperation(Operation.CONTROL);
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
