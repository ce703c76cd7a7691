package dev.millrace.processors.webhook;

import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.webhook.internal.send.OutgoingMessage;
import dev.millrace.processors.webhook.internal.send.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to one subscriber: sent, and sent again by the schedule, until it is accepted or the subscriber
 * is given up. Safe for use by many threads.
 */
final class DeliveryRetries {
    private final PushDelivery courier;
    private final OutgoingMessage message;
    private final Effects<?> effects;
    private final CompletableFuture<Void> accepted = new CompletableFuture<>();
    private boolean failedBefore;
    private boolean over;
    private Timers.@Nullable Timer waiting;

    DeliveryRetries(PushDelivery courier, OutgoingMessage message, Effects<?> effects) {
        this.courier = courier;
        this.message = message;
        this.effects = effects;
    }

    /** Completes when the message is accepted; never, when the subscriber is given up or this is. */
    CompletableFuture<Void> accepted() {
        return accepted;
    }

    /** Whether it took more than one attempt. */
    synchronized boolean wasHard() {
        return failedBefore;
    }

    /** Begins after the attempt that failed before, if there was one. */
    void begin(Optional<PushSubscription.FailedAttempt> last) {
        synchronized (this) {
            failedBefore = last.isPresent();
        }
        int next = last.map(failed -> courier.attemptAfter(failed.attempt())).orElse(1);
        Optional<Instant> due =
                last.map(failed -> courier.dueAt(failed.nextAttemptAt())).filter(time -> !courier.isDue(time));
        if (due.isPresent()) {
            sendAt(due.get(), next);
        } else {
            send(next);
        }
    }

    private void send(int attempt) {
        synchronized (this) {
            if (over) {
                return;
            }
        }
        attempt().whenComplete((outcome, broken) -> {
            if (broken == null) {
                settle(attempt, outcome);
            } else {
                settle(attempt, SendResult.failed("sending failed: " + broken));
            }
        });
    }

    /** What cannot even begin, because the secrets cannot be read say, has failed like any other attempt. */
    private CompletableFuture<SendResult> attempt() {
        try {
            return courier.target().send(message);
        } catch (RuntimeException broken) { // its words are not ours, and may hold a secret
            return CompletableFuture.completedFuture(SendResult.failed("nothing was sent, because of a "
                    + broken.getClass().getSimpleName() + "; see that the secrets can be read"));
        }
    }

    private void settle(int attempt, SendResult outcome) {
        synchronized (this) {
            if (over) {
                return;
            }
            failedBefore |= outcome.kind() != SendResult.Kind.ACCEPTED;
        }
        if (outcome.kind() == SendResult.Kind.ACCEPTED) {
            accepted.complete(null);
            return;
        }
        Optional<Duration> wait = outcome.kind() == SendResult.Kind.GONE
                ? Optional.empty()
                : courier.waitAfter(attempt, outcome.retryAfter());
        Optional<Instant> next = wait.map(courier::in);
        courier.reports().failed(message.offset(), attempt, outcome, next, effects);
        if (next.isPresent()) {
            sendAt(next.get(), attempt + 1);
        } else {
            giveUp(attempt, outcome);
        }
    }

    private void sendAt(Instant due, int attempt) {
        synchronized (this) {
            if (!over) {
                waiting = courier.at(due, () -> send(attempt));
            }
        }
    }

    /** The event stays unacknowledged: it is the first one when the subscriber is configured again. */
    private void giveUp(int attempt, SendResult outcome) {
        String reason = outcome.kind() == SendResult.Kind.GONE
                ? "the receiver is gone: " + outcome.message()
                : "the event at offset " + message.offset() + " was not accepted in " + attempt
                        + (attempt == 1 ? " attempt" : " attempts") + "; the last one: " + outcome.message();
        courier.reports().disabled(message.offset(), reason, effects).whenComplete((appended, refused) -> {
            if (refused != null) {
                accepted.completeExceptionally(refused);
            }
        });
    }

    /** Gives this up, without a word and for good. */
    synchronized void abandon() {
        over = true;
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
