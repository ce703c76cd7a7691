package dev.millrace.processors.webhook;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.core.payload.Positive;
import java.util.Optional;

/** The events of push subscriptions: what configures them, and what came of the pushing. */
public sealed interface SubscriptionEvent {
    /** The subscriber, unique within its stream. */
    String slug();

    /**
     * A subscriber, inserted or replaced by slug.
     *
     * @param slug any text
     * @param type {@code webhook} or {@code websocket}
     * @param callbackUrl where events go
     * @param jsonataFilter evaluated on the event; only what it finds true is pushed
     * @param jsonataTransform evaluated on the event; its result is the body. Not for websockets
     * @param signingSecret the name of the project's secret that signs. Not for websockets
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
            Optional<String> signingSecret)
            implements SubscriptionEvent {
        /** A subscriber that gets every event as it is. */
        public Configured(String slug, String type, String callbackUrl) {
            this(slug, type, callbackUrl, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /**
     * The end of a subscriber.
     *
     * @param slug whose
     */
    @EventName("millrace/subscription-removed")
    record Removed(@NotBlank String slug) implements SubscriptionEvent {}

    /**
     * Nothing is pushed any more until the subscriber is configured again, and then from where it stopped.
     *
     * @param slug whose
     * @param reason why
     * @param configuredAt the configuration this is about; on a newer one it has no effect
     */
    @EventName("millrace/subscription-disabled")
    record Disabled(@NotBlank String slug, @NotBlank String reason, Optional<Long> configuredAt)
            implements SubscriptionEvent {}

    /**
     * An event was not accepted.
     *
     * @param slug by whom
     * @param offset which event
     * @param attempt counted from 1
     * @param status of the answer, if there was one
     * @param message what failed; no secrets, no user and no query of the address
     * @param nextAttemptAt when it is tried again, ISO-8601; without it there is no further attempt
     * @param configuredAt the configuration that was in force
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
     * Events were accepted. Everything up to {@code through} was, or was not for this subscriber.
     *
     * @param slug by whom
     * @param from the first of them
     * @param through the last of them
     * @param deliveries how many they were
     */
    @EventName("millrace/delivery-succeeded")
    record DeliverySucceeded(
            @NotBlank String slug,
            long from,
            long through,
            @Positive int deliveries) implements SubscriptionEvent {}
}
