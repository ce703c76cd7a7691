package dev.millrace.contracts.wire;

import dev.millrace.core.EventType;

/** The event types of the standard processors that the checks append. */
final class ProcessorEvents {
    private static final String PREFIX = "https://events.iterate.com/events/stream/";

    static final EventType APPEND_SCHEDULED = EventType.of(PREFIX + "append-scheduled");
    static final EventType SCHEDULE_CONFIGURED = EventType.of(PREFIX + "schedule/configured");
    static final EventType SCHEDULE_CANCELLED = EventType.of(PREFIX + "schedule/cancelled");
    static final EventType CIRCUIT_BREAKER_CONFIGURED = EventType.of(PREFIX + "circuit-breaker-configured");
    static final EventType JSONATA_TRANSFORMER_CONFIGURED = EventType.of(PREFIX + "jsonata-transformer-configured");
    static final EventType DYNAMIC_WORKER_CONFIGURED = EventType.of(PREFIX + "dynamic-worker/configured");
    static final EventType SUBSCRIPTION_CONFIGURED = EventType.of(PREFIX + "subscription/configured");
    static final EventType ENV_VAR_SET = EventType.of(PREFIX + "dynamic-worker/env-var-set");

    private ProcessorEvents() {}
}
