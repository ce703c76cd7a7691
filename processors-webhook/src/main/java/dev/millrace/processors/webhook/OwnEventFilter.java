package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamEvent;
import java.util.Set;

/** A filter for the events that pushing itself appends. They are not pushed, or each push would cause the next one. */
final class OwnEventFilter {
    private static final Set<String> OUTCOMES = Set.of(
            EventCatalog.nameOf(SubscriptionEvent.DeliveryFailed.class),
            EventCatalog.nameOf(SubscriptionEvent.DeliverySucceeded.class),
            EventCatalog.nameOf(SubscriptionEvent.Disabled.class));

    private static final Set<String> FAILURES = Set.of(
            EventCatalog.nameOf(StreamEvent.EffectFailed.class),
            EventCatalog.nameOf(StreamEvent.ProcessorHalted.class),
            EventCatalog.nameOf(StreamEvent.PayloadMalformed.class));

    private OwnEventFilter() {}

    static boolean includes(Event event) {
        return OUTCOMES.contains(event.type()) || (FAILURES.contains(event.type()) && isOurs(event));
    }

    private static boolean isOurs(Event failure) {
        return failure.provenance()
                .filter(origin -> PushDeliverySlug.isOurs(origin.processor()))
                .isPresent();
    }
}
