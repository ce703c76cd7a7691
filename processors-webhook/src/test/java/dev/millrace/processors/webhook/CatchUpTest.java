package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A runner can catch up more than once: after a lost connection, and in a new incarnation of its stream. */
class CatchUpTest {
    private final List<String> launched = new ArrayList<>();

    @Test
    void should_start_no_subscriber_during_catch_up() {
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            HostContext context = HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                    .settings(Map.of("server.loopback", "true"))
                    .build();
            ExternalSubscriber processor = new ExternalSubscriber(context);
            Event configured = configured(processor);
            PushSubscriptions state = processor.reduce(processor.initialState(), configured);

            processor.onCaughtUp(processor.initialState(), effects(processor.initialState(), false));
            processor.afterAppend(state, configured, effects(state, true));
            assertThat(launched).isEmpty();

            processor.onCaughtUp(state, effects(state, false));
            assertThat(launched).containsExactly("subscriber/s");
        }
    }

    private static Event configured(ExternalSubscriber processor) {
        JsonNode json = JsonCodec.parse("{\"streamPath\": \"/agents/1\", \"type\": \""
                + EventType.of(SubscriptionEvent.Configured.class).name()
                + "\", \"payload\": {\"slug\": \"s\", \"type\": \"webhook\", \"callbackUrl\": \"http://127.0.0.1:9/\"},"
                + " \"offset\": 2, \"createdAt\": \"2026-01-01T12:00:00.000Z\"}");
        return JsonCodec.toEvent(json).decodedBy(processor.events());
    }

    @SuppressWarnings("unchecked")
    private Effects<PushSubscriptions> effects(PushSubscriptions state, boolean catchingUp) {
        return (Effects<PushSubscriptions>) Proxy.newProxyInstance(
                Effects.class.getClassLoader(),
                new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "path" -> Stage.PATH;
                    case "delivery" -> new Delivery(2, 0, catchingUp, 1);
                    case "current" -> state;
                    case "running" -> Optional.empty();
                    case "launch" -> {
                        launched.add(String.valueOf(arguments[0]));
                        yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
