package dev.millrace.processors.webhook;

import dev.millrace.core.AppendResult;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliveryFailed;
import dev.millrace.processors.webhook.SubscriptionEvent.DeliverySucceeded;
import dev.millrace.processors.webhook.SubscriptionEvent.Disabled;
import dev.millrace.processors.webhook.internal.send.SendResult;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A recorder that appends the results of pushing to one subscriber. Each failed attempt becomes one event. Successes
 * are collected: one event reports them when no event is left to push (at most once per second), after every 100
 * deliveries, and at once after a failure. Nothing waits for these appends. Thread-safe.
 */
final class DeliveryReports {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.webhook");
    private static final int MOST_GATHERED = 100;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int LONGEST_MESSAGE = 1000;

    private final PushSubscription subscriber;
    private final HostContext context;

    private long from;
    private long through;
    private int deliveries;
    private boolean due;
    private boolean underWay;
    private boolean closed;
    private Duration quietUntil = Duration.ZERO;
    private @Nullable Effects<?> newest;
    private Timers.@Nullable Timer timer;

    DeliveryReports(PushSubscription subscriber, HostContext context) {
        this.subscriber = subscriber;
        this.context = context;
    }

    /** Records an accepted event; {@code atOnce} reports it without delay, because an earlier attempt failed. */
    void succeeded(long offset, boolean atOnce, Effects<?> effects) {
        synchronized (this) {
            from = deliveries == 0 ? offset : from;
            through = offset;
            deliveries++;
            newest = effects;
            due |= atOnce || deliveries >= MOST_GATHERED;
        }
        settle(effects);
    }

    /** Call after each handled event: appends the collected successes if it is time. */
    void settle(Effects<?> effects) {
        boolean now;
        synchronized (this) {
            boolean quiet = effects.delivery().behind() == 0 && deliveries > 0;
            Duration wait = quietUntil.minus(context.timers().elapsed());
            boolean isTime = wait.isNegative() || wait.isZero();
            now = due || (quiet && isTime);
            if (quiet && !now && timer == null && !closed) {
                timer = context.timers().after(wait, () -> context.executor().execute(this::flush));
            }
        }
        if (now) {
            flush();
        }
    }

    /** Appends the collected successes. */
    void flush() {
        Effects<?> effects;
        DeliverySucceeded report;
        synchronized (this) {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            if (deliveries == 0 || newest == null || closed) {
                return;
            }
            if (underWay) {
                due = true;
                return;
            }
            effects = newest;
            report = new DeliverySucceeded(subscriber.slug(), from, through, deliveries);
            underWay = true;
            due = false;
            deliveries = 0;
            quietUntil = context.timers().elapsed().plus(INTERVAL);
        }
        var unused = effects.append(EventDraft.of(report).because(report.through()))
                .whenComplete((appended, refused) -> {
                    log(refused);
                    boolean more;
                    synchronized (this) {
                        underWay = false;
                        more = due;
                    }
                    if (more) {
                        flush();
                    }
                });
    }

    /** From now on, no successes are reported. */
    synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** Records a failed attempt; without {@code next} it was the last one. */
    CompletableFuture<AppendResult> failed(
            long offset, int attempt, SendResult sendResult, Optional<Instant> next, Effects<?> effects) {
        return append(
                new DeliveryFailed(
                        subscriber.slug(),
                        offset,
                        attempt,
                        sendResult.status(),
                        shorten(sendResult.message()),
                        next.map(JsonCodec::time),
                        Optional.of(subscriber.configuredAt())),
                "attempt-" + attempt,
                offset,
                effects);
    }

    /** Records that pushing has stopped under this configuration. */
    CompletableFuture<AppendResult> disabled(long offset, String reason, Effects<?> effects) {
        flush();
        return append(
                new Disabled(subscriber.slug(), shorten(reason), Optional.of(subscriber.configuredAt())),
                "disabled",
                offset,
                effects);
    }

    /** The name contains the offset of the configuration, because each configuration counts its attempts from 1. */
    private CompletableFuture<AppendResult> append(
            SubscriptionEvent event, String name, long offset, Effects<?> effects) {
        return effects.append(EventDraft.of(event)
                        .because(offset)
                        .named("configured-" + subscriber.configuredAt() + "-" + name))
                .whenComplete((appended, refused) -> log(refused));
    }

    private void log(@Nullable Throwable refused) {
        if (refused != null) {
            LOG.log(
                    Level.DEBUG,
                    () -> "the result of a push to '" + subscriber.slug() + "' was not recorded: " + refused);
        }
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 1) + "…";
    }
}
