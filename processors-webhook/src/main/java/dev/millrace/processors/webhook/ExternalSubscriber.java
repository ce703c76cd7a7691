package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.webhook.SubscriptionEvent.Configured;
import dev.millrace.processors.webhook.SubscriptionEvent.Disabled;
import dev.millrace.processors.webhook.SubscriptionEvent.Removed;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pushes the events of a stream to the subscribers that {@code subscription/configured} names: HTTP endpoints and
 * WebSockets.
 *
 * <p>This processor only keeps the list, and one runner for each subscriber that is neither removed nor disabled. That
 * runner has its own durable cursor, so each subscriber gets its events in order and at least once, whatever the others
 * do; and no append ever waits for any of them. docs/processors/external-subscriber.md says the rest.
 *
 * <p>One instance serves streams of the context it was made with, in one run each. Safe for use by many threads.
 */
public final class ExternalSubscriber implements Processor<Subscribers> {
    /** The slug, and the name under which servers know it. */
    public static final String SLUG = "external-subscriber";

    private record Key(StreamPath path, String subscriber) {}

    private static final EventCatalog EVENTS = EventCatalog.of(SubscriptionEvent.class);

    private final HostContext context;
    private final PushClients clients;
    private final Map<Key, CourierRun> runs = new ConcurrentHashMap<>();
    private final Set<StreamPath> caughtUp = ConcurrentHashMap.newKeySet();

    /**
     * A processor over the streams, the progress, the settings and the secrets of a context.
     *
     * @throws IllegalArgumentException when a setting is wrong; the message names it
     */
    public ExternalSubscriber(HostContext context) {
        this(context, PushClients.of(PushSettings.of(context)));
    }

    ExternalSubscriber(HostContext context, PushClients clients) {
        this.context = context;
        this.clients = clients;
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public Subscribers initialState() {
        return Subscribers.NONE;
    }

    @Override
    public Subscribers reduce(Subscribers state, Event event) {
        return event.payload() instanceof SubscriptionEvent change ? state.after(change, event) : state;
    }

    /**
     * Starts, replaces or ends the runner of the subscriber that the event is about. While the log is still being read
     * that can wait until all of it is known: how far a subscriber has come stands further on.
     */
    @Override
    public CompletionStage<Void> afterAppend(Subscribers state, Event event, Effects<Subscribers> effects) {
        if (!caughtUp.contains(event.path())) {
            return Effects.none();
        }
        if (event.payload() instanceof Disabled disabled) {
            settle(disabled.slug(), effects);
        } else if (event.payload() instanceof Configured configured) {
            settleAfterwards(configured.slug(), effects);
        } else if (event.payload() instanceof Removed removed) {
            settleAfterwards(removed.slug(), effects);
        }
        return Effects.none();
    }

    /** Starts whatever should run. */
    @Override
    public CompletionStage<Void> onCaughtUp(Subscribers state, Effects<Subscribers> effects) {
        caughtUp.add(effects.path());
        effects.current().subscribersBySlug().keySet().forEach(slug -> settle(slug, effects));
        return Effects.none();
    }

    /** As {@link #settle}, when what was before this event has been pushed, if that is soon. */
    private void settleAfterwards(String slug, Effects<Subscribers> effects) {
        CourierRun before = runs.get(new Key(effects.path(), slug));
        if (before == null) {
            settle(slug, effects);
        } else {
            before.whenDrained(() -> settle(slug, effects));
        }
    }

    private void settle(String slug, Effects<Subscribers> effects) {
        String name = "subscriber/" + slug;
        effects.current()
                .find(slug)
                .filter(PushSubscription::isEnabled)
                .ifPresentOrElse(
                        subscriber -> effects.launch(
                                name,
                                Effects.because(subscriber.configuredAt()),
                                attempt -> push(subscriber, effects, attempt)),
                        () -> effects.running(name).ifPresent(Attempt::cancel));
    }

    /** Pushes until the attempt is cancelled. */
    private CompletionStage<?> push(
            PushSubscription subscriber, Effects<Subscribers> effects, Attempt<Subscribers> attempt) {
        Courier courier = new Courier(subscriber, effects.path(), context, clients);
        CourierRun run = new CourierRun(courier, effects.path(), context);
        Key key = new Key(effects.path(), subscriber.slug());
        runs.put(key, run);
        attempt.onCancel(() -> {
            run.close();
            runs.remove(key, run);
        });
        return run.start();
    }
}
