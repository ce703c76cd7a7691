package dev.millrace.processors.webhook;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.webhook.SubscriptionEvent.Configured;
import dev.millrace.processors.webhook.SubscriptionEvent.Disabled;
import dev.millrace.processors.webhook.SubscriptionEvent.Removed;
import dev.millrace.processors.webhook.internal.net.PushHttpClients;
import dev.millrace.processors.webhook.internal.send.WebhookSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A processor that pushes the events of a stream to its subscribers: HTTP endpoints and WebSockets, configured by
 * {@code subscription/configured}. See docs/processors/external-subscriber.md.
 *
 * <p>This processor keeps the list of subscribers and starts one runner for each that is neither removed nor disabled.
 * Each runner has its own durable cursor: a subscriber gets its events in order and at least once, independent of the
 * others. Appends never wait for subscribers.
 *
 * <p>One instance can serve many streams of its context; all data of a stream is in its state and its background tasks.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class ExternalSubscriber implements Processor<PushSubscriptions> {
    /** The slug, and the provider name on servers. */
    public static final String SLUG = "external-subscriber";

    private static final Duration DRAIN_LIMIT = Duration.ofMillis(500);
    private static final EventCatalog EVENTS = EventCatalog.of(SubscriptionEvent.class);

    private final HostContext context;
    private final PushHttpClients clients;

    /**
     * A processor that uses the streams, the progress store, the settings and the secrets of a context.
     *
     * @throws IllegalArgumentException if a setting is invalid; the message names it
     */
    public ExternalSubscriber(HostContext context) {
        this(context, PushHttpClients.of(WebhookSettings.of(context)));
    }

    ExternalSubscriber(HostContext context, PushHttpClients clients) {
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
    public PushSubscriptions initialState() {
        return PushSubscriptions.NONE;
    }

    @Override
    public PushSubscriptions reduce(PushSubscriptions state, Event event) {
        return event.payload() instanceof SubscriptionEvent change ? state.after(change, event) : state;
    }

    /**
     * Starts, replaces or ends the runner of the subscriber that the event is about. During catch-up this waits for
     * {@link #onCaughtUp}, because later events of the log say how far a subscriber has come.
     */
    @Override
    public CompletionStage<Void> afterAppend(PushSubscriptions state, Event event, Effects<PushSubscriptions> effects) {
        if (effects.delivery().catchingUp()) {
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

    /** Starts the runners of all enabled subscribers. */
    @Override
    public CompletionStage<Void> onCaughtUp(PushSubscriptions state, Effects<PushSubscriptions> effects) {
        effects.current().subscribersBySlug().keySet().forEach(slug -> settle(slug, effects));
        return Effects.none();
    }

    /**
     * As {@link #settle}, but first waits until the previous runner has pushed all events before this one, for at most
     * half a second. So a healthy subscriber that is configured again gets no event twice.
     */
    private void settleAfterwards(String slug, Effects<PushSubscriptions> effects) {
        Optional<BackgroundTask<PushSubscriptions>> before = effects.running(name(slug));
        if (before.isEmpty()) {
            settle(slug, effects);
            return;
        }
        CompletableFuture<String> over = before.get().done().thenApply(ended -> slug);
        Timers.Timer limit =
                context.timers().after(DRAIN_LIMIT, () -> over.completeAsync(() -> slug, context.executor()));
        var unused = over.thenAcceptAsync(
                subscriber -> {
                    limit.cancel();
                    settle(subscriber, effects);
                },
                context.executor());
    }

    private static String name(String slug) {
        return "subscriber/" + slug;
    }

    private void settle(String slug, Effects<PushSubscriptions> effects) {
        String name = name(slug);
        effects.current()
                .find(slug)
                .filter(PushSubscription::isEnabled)
                .ifPresentOrElse(
                        subscriber -> effects.launch(
                                name,
                                Effects.because(subscriber.configuredAt()),
                                attempt -> push(subscriber, effects, attempt)),
                        () -> effects.running(name).ifPresent(BackgroundTask::cancel));
    }

    private CompletionStage<?> push(
            PushSubscription subscriber,
            Effects<PushSubscriptions> effects,
            BackgroundTask<PushSubscriptions> attempt) {
        PushDelivery pushDelivery = new PushDelivery(subscriber, effects.path(), context, clients);
        PushDeliveryRun run = new PushDeliveryRun(pushDelivery, effects.path(), context);
        attempt.onCancel(run::close);
        return run.start();
    }
}
