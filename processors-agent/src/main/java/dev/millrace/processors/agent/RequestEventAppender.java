package dev.millrace.processors.agent;

import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.EventDraft;
import java.util.concurrent.CompletableFuture;

/**
 * An appender for the events of one request, in order. An event is sent when the previous one is durable, so a repeated
 * append cannot be overtaken. Events have the start of the request as cause and are numbered, so the outputs of two
 * requests never mix. Thread-safe.
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

    /** Appends an event of a type of which there are several. */
    synchronized void add(AgentEvent event) {
        var unused = append(EventDraft.of(event).named(String.valueOf(++count)));
    }

    /** Appends the only event of its type. */
    synchronized CompletableFuture<Void> end(AgentEvent event) {
        return append(EventDraft.of(event));
    }

    /** Fails if an append fails; later events are then not appended. */
    CompletableFuture<Void> broken() {
        return broken;
    }

    private CompletableFuture<Void> append(EventDraft draft) {
        last = last.thenCompose(before -> attempt.append(draft.because(requestId)))
                .thenAccept(appended -> {});
        var unused = last.whenComplete((nothing, failure) -> {
            if (failure != null) {
                broken.completeExceptionally(failure);
            }
        });
        return last;
    }
}
