package dev.millrace.processors.webhook;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import java.util.EnumSet;
import java.util.Set;

/** What the pushing of events itself writes: never pushed to anybody, or every push would cause another one. */
final class Bookkeeping {
    private static final Set<BuiltInType> OUTCOMES =
            EnumSet.of(BuiltInType.DELIVERY_FAILED, BuiltInType.DELIVERY_SUCCEEDED, BuiltInType.SUBSCRIPTION_DISABLED);

    private static final Set<BuiltInType> FAILURES =
            EnumSet.of(BuiltInType.EFFECT_FAILED, BuiltInType.PROCESSOR_HALTED, BuiltInType.PAYLOAD_MALFORMED);

    private Bookkeeping() {}

    static boolean includes(Event event) {
        return BuiltInType.of(event.type())
                .filter(type -> OUTCOMES.contains(type) || (FAILURES.contains(type) && isOurs(event)))
                .isPresent();
    }

    private static boolean isOurs(Event failure) {
        return CourierSlug.isOurs(failure.payloadJson().path("processor").asText());
    }
}
