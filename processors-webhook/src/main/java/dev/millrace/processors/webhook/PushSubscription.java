package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import dev.millrace.processors.webhook.SubscriptionEvent.Configured;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliveryFailed;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliverySucceeded;
import dev.millrace.processors.webhook.SubscriptionEvent.Disabled;
import dev.millrace.processors.webhook.SubscriptionEvent.Removed;
import java.util.Optional;

/**
 * One subscriber as the log tells of it: its configuration, and how it is doing. Immutable.
 *
 * @param slug its name
 * @param type {@code webhook} or {@code websocket}
 * @param callbackUrl where events go
 * @param jsonataFilter which events
 * @param jsonataTransform as what
 * @param signingSecret the name of the secret that signs
 * @param configuredAt the offset of the configuration in force
 * @param startedAt the offset of its first configuration since it was last removed; nothing up to there is pushed
 * @param disabled why nothing is pushed any more
 * @param deliveredThrough everything up to here was accepted or not meant for it, as far as the log says
 * @param failing the newest failed attempt of the event that is being tried again
 */
public record PushSubscription(
        String slug,
        String type,
        String callbackUrl,
        Optional<String> jsonataFilter,
        Optional<String> jsonataTransform,
        Optional<String> signingSecret,
        long configuredAt,
        long startedAt,
        Optional<String> disabled,
        Optional<Long> deliveredThrough,
        Optional<FailedAttempt> failing) {

    /** The type of a subscriber that gets requests. */
    static final String WEBHOOK = "webhook";

    /** The type of a subscriber that gets frames of one connection. */
    static final String WEBSOCKET = "websocket";

    /**
     * A failed attempt that is followed by another one.
     *
     * @param offset which event
     * @param attempt counted from 1
     * @param status of the answer, if there was one
     * @param message what failed
     * @param nextAttemptAt when it is tried again, ISO-8601
     */
    public record FailedAttempt(
            long offset, int attempt, Optional<Integer> status, String message, String nextAttemptAt) {}

    static PushSubscription of(Configured configured, long offset, Optional<PushSubscription> before) {
        return new PushSubscription(
                configured.slug(),
                configured.type(),
                configured.callbackUrl(),
                configured.jsonataFilter(),
                configured.jsonataTransform(),
                configured.signingSecret(),
                offset,
                before.map(PushSubscription::startedAt).orElse(offset),
                Optional.empty(),
                before.flatMap(PushSubscription::deliveredThrough),
                Optional.empty());
    }

    /** Whether events are pushed to it. */
    boolean isEnabled() {
        return disabled.isEmpty();
    }

    boolean isWebsocket() {
        return type.equals(WEBSOCKET);
    }

    /** Nothing up to this offset need be pushed. */
    long floor() {
        return Math.max(startedAt, deliveredThrough.orElse(0L));
    }

    /** The slug of the processor that pushes for it. */
    public String courierSlug() {
        return PushDeliverySlug.of(slug);
    }

    /** Whether this event ends the configuration: what comes after it is for another one, or for nobody. */
    boolean endsWith(Event event) {
        if (event.offset() <= configuredAt
                || !(event.payload() instanceof SubscriptionEvent change)
                || !change.slug().equals(slug)) {
            return false;
        }
        return change instanceof Configured
                || change instanceof Removed
                || (change instanceof Disabled end && isAbout(end.configuredAt()));
    }

    PushSubscription disabledBy(Disabled event) {
        return isAbout(event.configuredAt()) ? with(Optional.of(event.reason()), deliveredThrough, failing) : this;
    }

    PushSubscription failed(DeliveryFailed event) {
        if (!isAbout(event.configuredAt())) {
            return this;
        }
        return with(
                disabled,
                deliveredThrough,
                event.nextAttemptAt()
                        .map(next -> new FailedAttempt(
                                event.offset(), event.attempt(), event.status(), event.message(), next)));
    }

    /** Takes note of a success; what claims to be about events that were not there yet is not believed. */
    PushSubscription succeeded(DeliverySucceeded success, Event event) {
        if (success.through() >= event.offset()) {
            return this;
        }
        return with(
                disabled,
                Optional.of(Math.max(success.through(), deliveredThrough.orElse(0L))),
                failing.filter(failure -> failure.offset() > success.through()));
    }

    /** Whether an outcome is about the configuration in force, and not about one that it replaced. */
    private boolean isAbout(Optional<Long> configuration) {
        return configuration.isEmpty() || configuration.get() == configuredAt;
    }

    private PushSubscription with(
            Optional<String> newDisabled, Optional<Long> newDeliveredThrough, Optional<FailedAttempt> newFailing) {
        return new PushSubscription(
                slug,
                type,
                callbackUrl,
                jsonataFilter,
                jsonataTransform,
                signingSecret,
                configuredAt,
                startedAt,
                newDisabled,
                newDeliveredThrough,
                newFailing);
    }
}
