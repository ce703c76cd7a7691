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

/** The delivery of one message with its retries, until it is accepted or the subscriber is disabled. Thread-safe. */
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

    /**
     * Completes when the message is accepted. Fails if the subscriber should be disabled but the event that says so
     * cannot be appended. Otherwise, if the subscriber is disabled or this is abandoned, it never completes.
     */
    CompletableFuture<Void> accepted() {
        return accepted;
    }

    /** Whether it took more than one attempt. */
    synchronized boolean wasHard() {
        return failedBefore;
    }

    /** Starts sending; continues after {@code last} if an earlier run made failed attempts. */
    void begin(Optional<PushSubscription.FailedAttempt> last) {
        synchronized (this) {
            failedBefore = last.isPresent();
        }
        int next = last.map(failed -> courier.attemptAfter(failed.attempt())).orElse(1);
        Optional<Instant> due =
                last.map(failed -> courier.dueAt(failed.nextAttemptAt())).filter(time -> !courier.isDue(time));
        due.ifPresentOrElse(time -> sendAt(time, next), () -> send(next));
    }

    private void send(int attempt) {
        synchronized (this) {
            if (over) {
                return;
            }
        }
        var unused = attempt().whenComplete((outcome, broken) -> {
            settle(attempt, broken == null ? outcome : SendResult.failed("sending failed: " + broken));
        });
    }

    /** Sends once. An exception, for example because secrets cannot be read, counts as a failed attempt. */
    private CompletableFuture<SendResult> attempt() {
        try {
            return courier.target().send(message);
        } catch (RuntimeException broken) { // its message may contain a secret
            return CompletableFuture.completedFuture(SendResult.failed("nothing was sent, because of a "
                    + broken.getClass().getSimpleName() + "; check that the server can read its secrets"));
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
        next.ifPresentOrElse(time -> sendAt(time, attempt + 1), () -> giveUp(attempt, outcome));
    }

    private void sendAt(Instant due, int attempt) {
        synchronized (this) {
            if (!over) {
                waiting = courier.at(due, () -> send(attempt));
            }
        }
    }

    /** Disables the subscriber. The event stays unacknowledged: it is pushed first after the next configuration. */
    private void giveUp(int attempt, SendResult outcome) {
        String reason = outcome.kind() == SendResult.Kind.GONE
                ? "the receiver is gone: " + outcome.message()
                : "the event at offset " + message.offset() + " was not accepted in " + attempt
                        + (attempt == 1 ? " attempt" : " attempts") + "; the last one: " + outcome.message();
        var unused = courier.reports()
                .disabled(message.offset(), reason, effects)
                .whenComplete((appended, refused) -> {
                    if (refused != null) {
                        accepted.completeExceptionally(refused);
                    }
                });
    }

    /** Stops this delivery for good and appends nothing. */
    synchronized void abandon() {
        over = true;
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
