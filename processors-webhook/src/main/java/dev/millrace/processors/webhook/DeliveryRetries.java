package dev.millrace.processors.webhook;

import dev.millrace.core.AppendResult;
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
    private final PushDelivery pushDelivery;
    private final OutgoingMessage message;
    private final Effects<?> effects;
    private final CompletableFuture<Boolean> settled = new CompletableFuture<>();
    private boolean failedBefore;
    private boolean over;
    private Timers.@Nullable Timer waiting;

    DeliveryRetries(PushDelivery pushDelivery, OutgoingMessage message, Effects<?> effects) {
        this.pushDelivery = pushDelivery;
        this.message = message;
        this.effects = effects;
    }

    /**
     * Completes when the message is accepted, with true, or is skipped because its chain is too long. Fails if the subscriber should be disabled but the event that says so
     * cannot be appended. Otherwise, if the subscriber is disabled or this is abandoned, it never completes.
     */
    CompletableFuture<Boolean> settled() {
        return settled;
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
        int next =
                last.map(failed -> pushDelivery.attemptAfter(failed.attempt())).orElse(1);
        Optional<Instant> due = last.map(failed -> pushDelivery.dueAt(failed.nextAttemptAt()))
                .filter(time -> !pushDelivery.isDue(time));
        due.ifPresentOrElse(time -> sendAt(time, next), () -> send(next));
    }

    private void send(int attempt) {
        synchronized (this) {
            if (over) {
                return;
            }
        }
        var unused = attempt().whenComplete((sendResult, broken) -> {
            settle(attempt, broken == null ? sendResult : SendResult.failed("sending failed: " + broken));
        });
    }

    /** Sends once. An exception, for example because secrets cannot be read, counts as a failed attempt. */
    private CompletableFuture<SendResult> attempt() {
        try {
            return pushDelivery.target().send(message);
        } catch (RuntimeException broken) { // its message may contain a secret
            return CompletableFuture.completedFuture(SendResult.failed("nothing was sent, because of a "
                    + broken.getClass().getSimpleName() + "; check that the server can read its secrets"));
        }
    }

    private void settle(int attempt, SendResult sendResult) {
        synchronized (this) {
            if (over) {
                return;
            }
            failedBefore |= sendResult.kind() != SendResult.Kind.ACCEPTED;
        }
        if (sendResult.kind() == SendResult.Kind.ACCEPTED) {
            settled.complete(true);
            return;
        }
        Optional<Duration> wait =
                sendResult.isFinal() ? Optional.empty() : pushDelivery.waitAfter(attempt, sendResult.retryAfter());
        Optional<Instant> next = wait.map(pushDelivery::in);
        CompletableFuture<AppendResult> report =
                pushDelivery.reports().failed(message.offset(), attempt, sendResult, next, effects);
        if (sendResult.kind() == SendResult.Kind.LOOP) {
            skip(report);
            return;
        }
        next.ifPresentOrElse(time -> sendAt(time, attempt + 1), () -> giveUp(attempt, sendResult));
    }

    /** Goes on with the next event. At the end of a chain no report can be appended; then the effect has failed. */
    private void skip(CompletableFuture<AppendResult> report) {
        var unused = report.whenComplete((appended, refused) -> {
            if (refused == null) {
                settled.complete(false);
            } else {
                settled.completeExceptionally(refused);
            }
        });
    }

    private void sendAt(Instant due, int attempt) {
        synchronized (this) {
            if (!over) {
                waiting = pushDelivery.at(due, () -> send(attempt));
            }
        }
    }

    /** Disables the subscriber. The event stays unacknowledged: it is pushed first after the next configuration. */
    private void giveUp(int attempt, SendResult sendResult) {
        String reason = sendResult.kind() == SendResult.Kind.GONE
                ? "the receiver is gone: " + sendResult.message()
                : "the event at offset " + message.offset() + " was not accepted in " + attempt
                        + (attempt == 1 ? " attempt" : " attempts") + "; the last one: " + sendResult.message();
        var unused = pushDelivery
                .reports()
                .disabled(message.offset(), reason, effects)
                .whenComplete((appended, refused) -> {
                    if (refused != null) {
                        settled.completeExceptionally(refused);
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
