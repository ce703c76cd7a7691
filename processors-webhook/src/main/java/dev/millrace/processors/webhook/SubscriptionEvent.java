package dev.millrace.processors.webhook;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.core.payload.Positive;
import java.util.Optional;

/**
 * The events of push subscriptions: their configuration and the results of pushing.
 *
 * @since 0.1
 */
public sealed interface SubscriptionEvent {
    /** The subscriber, unique within its stream. */
    String slug();

    /**
     * Adds a subscriber, or replaces the one with the same slug.
     *
     * @param slug the name of the subscriber; any text that is not blank
     * @param type {@code webhook} or {@code websocket}
     * @param callbackUrl the URL that events are pushed to
     * @param jsonataFilter evaluated on the event; only events for which it is true are pushed
     * @param jsonataTransform evaluated on the event; its result is the body. Ignored for websockets
     * @param signingSecret the name of the project's secret that signs requests. Only for webhooks
     * @param mayControl whether the peer of a websocket, or a webhook to a stream of this server, may append types that
     *     take {@code control}; false by default
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/subscription/configured",
            aliases = "subscription-configured")
    record Configured(
            @NotBlank String slug,
            @NotBlank String type,
            @NotBlank String callbackUrl,
            Optional<String> jsonataFilter,
            Optional<String> jsonataTransform,
            Optional<String> signingSecret,
            Optional<Boolean> mayControl)
            implements SubscriptionEvent {
        /** A subscriber without filter, transform and signature. */
        public Configured(String slug, String type, String callbackUrl) {
            this(slug, type, callbackUrl, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /** Removes the subscriber with this slug. */
    @EventName("millrace/subscription-removed")
    record Removed(@NotBlank String slug) implements SubscriptionEvent {}

    /**
     * Stops pushing to the subscriber. If it is configured again, pushing continues with the first event that was not
     * accepted.
     *
     * @param slug the subscriber
     * @param reason why, as a text for users
     * @param configuredAt the offset of the configuration to disable; the event has no effect on a newer one
     */
    @EventName("millrace/subscription-disabled")
    record Disabled(@NotBlank String slug, @NotBlank String reason, Optional<Long> configuredAt)
            implements SubscriptionEvent {}

    /**
     * Records a failed attempt to deliver an event.
     *
     * @param slug the subscriber
     * @param offset the event
     * @param attempt counted from 1
     * @param status the HTTP status, if the receiver answered
     * @param message what failed; without secrets and without user and query of the URL
     * @param nextAttemptAt the time of the next attempt, ISO-8601; absent if this was the last one
     * @param configuredAt the offset of the configuration that was used
     */
    @EventName("millrace/delivery-failed")
    record DeliveryFailed(
            @NotBlank String slug,
            long offset,
            @Positive int attempt,
            Optional<Integer> status,
            @NotBlank String message,
            Optional<String> nextAttemptAt,
            Optional<Long> configuredAt)
            implements SubscriptionEvent {}

    /**
     * Records accepted events. All events up to {@code through} were accepted or filtered out.
     *
     * @param slug the subscriber
     * @param from the offset of the first accepted event
     * @param through the offset of the last accepted event
     * @param deliveries the number of accepted events
     */
    @EventName("millrace/delivery-succeeded")
    record DeliverySucceeded(
            @NotBlank String slug,
            long from,
            long through,
            @Positive int deliveries) implements SubscriptionEvent {}
}
