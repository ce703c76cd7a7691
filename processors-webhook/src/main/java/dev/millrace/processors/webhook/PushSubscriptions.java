package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import dev.millrace.processors.webhook.SubscriptionEvent.Configured;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliveryFailed;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliverySucceeded;
import dev.millrace.processors.webhook.SubscriptionEvent.Disabled;
import dev.millrace.processors.webhook.SubscriptionEvent.Removed;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The push subscribers of a stream. Immutable.
 *
 * @param subscribersBySlug in the order in which they were first configured
 * @since 0.1
 */
public record PushSubscriptions(Map<String, PushSubscription> subscribersBySlug) {
    static final PushSubscriptions NONE = new PushSubscriptions(Map.of());

    public PushSubscriptions {
        subscribersBySlug = Collections.unmodifiableMap(new LinkedHashMap<>(subscribersBySlug));
    }

    Optional<PushSubscription> find(String slug) {
        return Optional.ofNullable(subscribersBySlug.get(slug));
    }

    PushSubscriptions after(SubscriptionEvent change, Event event) {
        if (change instanceof Configured configured) {
            return with(PushSubscription.of(configured, event.offset(), find(configured.slug())));
        }
        if (change instanceof Removed removed) {
            return without(removed.slug());
        }
        return changed(change.slug(), subscriber -> outcome(subscriber, change, event));
    }

    private static PushSubscription outcome(PushSubscription subscriber, SubscriptionEvent outcome, Event event) {
        if (outcome instanceof Disabled disabled) {
            return subscriber.disabledBy(disabled);
        }
        if (outcome instanceof DeliveryFailed failed) {
            return subscriber.failed(failed);
        }
        return outcome instanceof DeliverySucceeded succeeded ? subscriber.succeeded(succeeded, event) : subscriber;
    }

    private PushSubscriptions changed(String slug, UnaryOperator<PushSubscription> change) {
        PushSubscription before = subscribersBySlug.get(slug);
        if (before == null) {
            return this;
        }
        PushSubscription after = change.apply(before);
        return after.equals(before) ? this : with(after);
    }

    private PushSubscriptions with(PushSubscription subscriber) {
        Map<String, PushSubscription> all = new LinkedHashMap<>(subscribersBySlug);
        all.put(subscriber.slug(), subscriber);
        return new PushSubscriptions(all);
    }

    private PushSubscriptions without(String slug) {
        if (!subscribersBySlug.containsKey(slug)) {
            return this;
        }
        Map<String, PushSubscription> all = new LinkedHashMap<>(subscribersBySlug);
        all.remove(slug);
        return new PushSubscriptions(all);
    }
}
