package dev.millrace.processors.webhook;

import dev.millrace.core.Chain;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventType;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Timers;
import dev.millrace.jsonata.EvaluationThreads;
import dev.millrace.processors.webhook.internal.net.PushHttpClients;
import dev.millrace.processors.webhook.internal.send.HttpMessageSender;
import dev.millrace.processors.webhook.internal.send.MessageSender;
import dev.millrace.processors.webhook.internal.send.OutgoingMessage;
import dev.millrace.processors.webhook.internal.send.RetrySchedule;
import dev.millrace.processors.webhook.internal.send.SendResult;
import dev.millrace.processors.webhook.internal.send.WebSocketMessageSender;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A processor that pushes the events of one stream to one subscriber under one configuration. The effect of an event
 * ends when the receiver has accepted it. So the runner gives order, a durable cursor and at-least-once delivery, with
 * one event in flight. At the event that ends its configuration it stops, so that no later event goes to the old
 * target.
 */
final class PushDelivery implements Processor<StreamIdentity> {
    private static final EventCatalog EVENTS = EventCatalog.of(SubscriptionEvent.class);
    private static final EventType INITIALIZED = EventType.of(StreamEvent.Initialized.class);

    private final PushSubscription subscriber;
    private final HostContext context;
    private final RetrySchedule schedule;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final MessageRenderer messageRenderer;
    private final MessageSender messageSender;
    private final DeliveryReports reports;
    private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private volatile @Nullable DeliveryRetries current;

    PushDelivery(PushSubscription subscriber, StreamPath path, HostContext context, PushHttpClients clients) {
        this.subscriber = subscriber;
        this.context = context;
        this.schedule = clients.settings().schedule();
        this.messageRenderer = MessageRenderer.to(subscriber);
        this.reports = new DeliveryReports(subscriber, context);
        this.messageSender = subscriber.isWebsocket()
                ? new WebSocketMessageSender(subscriber, PushDeliverySlug.of(subscriber.slug()), path, context, clients)
                : new HttpMessageSender(subscriber, context, clients);
    }

    @Override
    public String slug() {
        return PushDeliverySlug.of(subscriber.slug());
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public StreamIdentity initialState() {
        return StreamIdentity.UNKNOWN;
    }

    @Override
    public StreamIdentity reduce(StreamIdentity streamIdentity, Event event) {
        return event.offset() == 1 && INITIALIZED.matches(event.type()) ? StreamIdentity.of(event) : streamIdentity;
    }

    @Override
    public CompletionStage<Void> afterAppend(
            StreamIdentity streamIdentity, Event event, Effects<StreamIdentity> effects) {
        if (subscriber.endsWith(event)) {
            reports.flush();
            drained.completeAsync(() -> null, context.executor());
            return new CompletableFuture<>(); // never completes: ExternalSubscriber closes this run
        }
        int times = abandoned.get();
        boolean skipped = OwnEventFilter.includes(event) || event.offset() == subscriber.configuredAt();
        if (skipped || !messageRenderer.takesTime()) {
            return push(times, streamIdentity, event, skipped ? Optional.empty() : write(event, effects), effects);
        }
        return CompletableFuture.supplyAsync(
                        () -> write(event, effects), EvaluationThreads.of(context.project(), effects.path()))
                .thenComposeAsync(body -> push(times, streamIdentity, event, body, effects), context.executor());
    }

    /** Sends the body. Never completes if this was abandoned meanwhile: the next run pushes the event again. */
    private CompletionStage<Void> push(
            int times,
            StreamIdentity streamIdentity,
            Event event,
            Optional<byte[]> body,
            Effects<StreamIdentity> effects) {
        if (abandoned.get() != times) {
            return new CompletableFuture<>();
        }
        if (body.isEmpty()) {
            reports.settle(effects);
            return Effects.none();
        }
        OutgoingMessage message = new OutgoingMessage(
                streamIdentity.messageId(subscriber.slug(), event),
                event.offset(),
                body.get(),
                streamIdentity.incarnation(),
                new ChainHeader(Chain.of(event), subscriber.mostAllowed()));
        DeliveryRetries deliveryRetries = new DeliveryRetries(this, message, effects);
        current = deliveryRetries;
        if (abandoned.get() != times) {
            deliveryRetries.abandon();
        }
        deliveryRetries.begin(subscriber.failing().filter(failed -> failed.offset() == event.offset()));
        return deliveryRetries.settled().thenAccept(accepted -> {
            if (accepted) {
                reports.succeeded(event.offset(), deliveryRetries.wasHard(), effects);
            } else {
                reports.settle(effects);
            }
        });
    }

    @Override
    public CompletionStage<Void> onCaughtUp(StreamIdentity streamIdentity, Effects<StreamIdentity> effects) {
        reports.settle(effects);
        return Effects.none();
    }

    /** If filter or transform fails, appends {@code delivery-failed} and skips the event. */
    private Optional<byte[]> write(Event event, Effects<StreamIdentity> effects) {
        try {
            return messageRenderer.write(event);
        } catch (RuntimeException failure) {
            SendResult sendResult =
                    SendResult.failed("filter or transform failed, the event was skipped: " + failure.getMessage());
            var unused = reports.failed(event.offset(), 1, sendResult, Optional.empty(), effects);
            return Optional.empty();
        }
    }

    MessageSender target() {
        return messageSender;
    }

    DeliveryReports reports() {
        return reports;
    }

    Optional<Duration> waitAfter(int attempt, Optional<Duration> askedFor) {
        return schedule.after(attempt, askedFor, random);
    }

    Instant in(Duration wait) {
        return context.timers().now().plus(wait);
    }

    int attemptAfter(int attempt) {
        return schedule.next(attempt);
    }

    /** A time from a stored event, at most the longest wait of the schedule away from now; now if it is not a time. */
    Instant dueAt(String time) {
        Instant latest = in(schedule.longest());
        try {
            Instant due = Instant.parse(time);
            return due.isAfter(latest) ? latest : due;
        } catch (DateTimeParseException notOurs) {
            return context.timers().now();
        }
    }

    boolean isDue(Instant time) {
        return !time.isAfter(context.timers().now());
    }

    Timers.Timer at(Instant due, Runnable action) {
        return context.timers().at(due, () -> context.executor().execute(action));
    }

    /** Events up to this offset are not pushed. */
    long floor() {
        return subscriber.floor();
    }

    /** Completes when all events before the end of the configuration have been pushed, or when the run is closed. */
    CompletableFuture<@Nullable Void> drained() {
        return drained;
    }

    /** Cancels the current delivery. The next run pushes that event again. */
    void abandon() {
        abandoned.incrementAndGet();
        DeliveryRetries deliveryRetries = current;
        if (deliveryRetries != null) {
            deliveryRetries.abandon();
        }
        messageSender.abandon();
    }

    /** Closes all connections and appends nothing more, because the stream may have been destroyed. */
    void close() {
        reports.close();
        messageSender.close();
    }
}
