package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import dev.millrace.core.hosting.Operation;
import dev.millrace.processors.webhook.SubscriptionEvent.Configured;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliveryFailed;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliverySucceeded;
import dev.millrace.processors.webhook.SubscriptionEvent.Disabled;
import dev.millrace.processors.webhook.SubscriptionEvent.Removed;
import java.util.Optional;

/**
 * A push subscriber: its configuration and its progress, as the log shows them. Immutable.
 *
 * @param slug the name of the subscriber
 * @param type {@code webhook} or {@code websocket}
 * @param callbackUrl the URL that events are pushed to
 * @param jsonataFilter true for the events to push; all events if empty
 * @param jsonataTransform returns the body of a request; the event if empty
 * @param signingSecret the name of the secret that signs requests
 * @param mayControl whether a peer, or a receiver in this server, may append types that take {@code control}
 * @param configuredAt the offset of the current configuration
 * @param startedAt the offset of the first configuration since the last removal; events up to it are not pushed
 * @param disabled why pushing has stopped; empty while the subscriber is enabled
 * @param deliveredThrough events up to this offset were accepted or filtered out, according to the log
 * @param failing the latest failed attempt of the event that is being retried
 * @since 0.1
 */
public record PushSubscription(
        String slug,
        String type,
        String callbackUrl,
        Optional<String> jsonataFilter,
        Optional<String> jsonataTransform,
        Optional<String> signingSecret,
        Optional<Boolean> mayControl,
        long configuredAt,
        long startedAt,
        Optional<String> disabled,
        Optional<Long> deliveredThrough,
        Optional<FailedAttempt> failing) {

    static final String WEBHOOK = "webhook";
    static final String WEBSOCKET = "websocket";

    /**
     * A failed attempt that will be followed by another one.
     *
     * @param offset the event
     * @param attempt counted from 1
     * @param status the HTTP status, if the receiver answered
     * @param message what failed
     * @param nextAttemptAt the time of the next attempt, ISO-8601
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
                configured.mayControl(),
                offset,
                before.map(PushSubscription::startedAt).orElse(offset),
                Optional.empty(),
                before.flatMap(PushSubscription::deliveredThrough),
                Optional.empty());
    }

    /** The greatest operation that an append of the receiver may need. */
    Operation mostAllowed() {
        return mayControl.orElse(false) ? Operation.CONTROL : Operation.APPEND;
    }

    boolean isEnabled() {
        return disabled.isEmpty();
    }

    boolean isWebsocket() {
        return type.equals(WEBSOCKET);
    }

    /** Events up to this offset need no push. */
    long floor() {
        return Math.max(startedAt, deliveredThrough.orElse(0L));
    }

    /** Whether this event ends the configuration: it replaces, removes or disables the subscriber. */
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

    /** Records a success; ignores a report about events that are later than the report itself. */
    PushSubscription succeeded(DeliverySucceeded success, Event event) {
        if (success.through() >= event.offset()) {
            return this;
        }
        return with(
                disabled,
                Optional.of(Math.max(success.through(), deliveredThrough.orElse(0L))),
                failing.filter(failure -> failure.offset() > success.through()));
    }

    /** Whether an outcome is about the current configuration, not about a replaced one. */
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
                mayControl,
                configuredAt,
                startedAt,
                newDisabled,
                newDeliveredThrough,
                newFailing);
    }
}
