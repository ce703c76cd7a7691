package dev.millrace.server.webhook;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.processor.Processor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The processor that knows which webhooks a stream verifies. It has no effects: a server asks for its state. Thread-safe.
 *
 * @since 0.1
 */
public final class IncomingWebhooks implements Processor<IncomingWebhooks.State> {
    /** The slug, and the provider name on servers. */
    public static final String SLUG = "incoming-webhooks";

    private static final EventCatalog EVENTS = EventCatalog.of(WebhookConfigured.class, WebhookRemoved.class);

    /**
     * The state. Immutable.
     *
     * @param configurations by their names, in the order of the names
     * @since 0.1
     */
    public record State(Map<String, WebhookConfigured> configurations) {
        public State {
            configurations = Collections.unmodifiableMap(new TreeMap<>(configurations));
        }
    }

    public IncomingWebhooks() {}

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public State initialState() {
        return new State(Map.of());
    }

    @Override
    public State reduce(State state, Event event) {
        Map<String, WebhookConfigured> next = new TreeMap<>(state.configurations());
        if (event.payload() instanceof WebhookConfigured configured) {
            if (!WebhookConfigured.problems(configured, PayloadCheck.NONE).isEmpty()) {
                return state; // of an imported log, whose payloads are not checked
            }
            next.put(configured.name(), configured);
        } else if (event.payload() instanceof WebhookRemoved removed) {
            next.remove(removed.name());
        } else {
            return state;
        }
        return new State(next);
    }
}
