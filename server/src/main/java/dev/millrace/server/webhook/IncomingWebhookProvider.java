package dev.millrace.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import java.util.List;

/**
 * The provider of {@link IncomingWebhooks}. Without it in the engine, a server verifies no webhooks.
 *
 * @since 0.1
 */
public final class IncomingWebhookProvider implements ProcessorProvider {
    private static final List<ProvidedEvent<?>> EVENTS = List.of(
            ProvidedEvent.of(WebhookConfigured.class)
                    .activating()
                    .withOperation(Operation.CONTROL)
                    .withRule(WebhookConfigured::problems),
            ProvidedEvent.of(WebhookRemoved.class).withOperation(Operation.CONTROL),
            ProvidedEvent.of(WebhookHandshake.class).withOperation(Operation.PROCESS));

    @Override
    public String name() {
        return IncomingWebhooks.SLUG;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return EVENTS;
    }

    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        return new IncomingWebhooks();
    }
}
