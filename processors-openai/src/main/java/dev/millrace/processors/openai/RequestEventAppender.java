package dev.millrace.processors.openai;

import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.EventDraft;
import java.util.concurrent.CompletableFuture;

/**
 * Appends what happens to one request, in order: each event is sent when the one before it is durable, because an append
 * that has to be repeated must not be overtaken. Events are anchored on the start of the request and numbered, so that
 * the outputs of two requests never mix. Safe for use by many threads.
 */
final class RequestEventAppender {
    private final BackgroundTask<?> attempt;
    private final long requestId;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private int count;

    RequestEventAppender(BackgroundTask<?> attempt, long requestId) {
        this.attempt = attempt;
        this.requestId = requestId;
    }

    /** Appends one of several events of its type. */
    synchronized CompletableFuture<Void> add(AgentEvent event) {
        return append(EventDraft.of(event).named(String.valueOf(++count)));
    }

    /** Appends the only event of its type. */
    synchronized CompletableFuture<Void> end(AgentEvent event) {
        return append(EventDraft.of(event));
    }

    /** Fails when an append does; whatever would follow is not appended. */
    CompletableFuture<Void> broken() {
        return broken;
    }

    private CompletableFuture<Void> append(EventDraft draft) {
        last = last.thenCompose(before -> attempt.append(draft.because(requestId)))
                .thenAccept(appended -> {});
        last.whenComplete((nothing, failure) -> {
            if (failure != null) {
                broken.completeExceptionally(failure);
            }
        });
        return last;
    }
}
