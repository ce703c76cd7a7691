package dev.millrace.processors.openai;

import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Draft;
import java.util.concurrent.CompletableFuture;

/**
 * Appends what happens to one request, in order: each event is sent when the one before it is durable, because an append
 * that has to be repeated must not be overtaken. Events are anchored on the start of the request and numbered, so that
 * the outputs of two requests never mix. Safe for use by many threads.
 */
final class ReplyLog {
    private final Attempt<?> attempt;
    private final long requestId;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private int count;

    ReplyLog(Attempt<?> attempt, long requestId) {
        this.attempt = attempt;
        this.requestId = requestId;
    }

    /** Appends one of several events of its type. */
    synchronized CompletableFuture<Void> add(AgentEvent event) {
        return append(Draft.of(event).named(String.valueOf(++count)));
    }

    /** Appends the only event of its type. */
    synchronized CompletableFuture<Void> end(AgentEvent event) {
        return append(Draft.of(event));
    }

    /** Fails when an append does; whatever would follow is not appended. */
    CompletableFuture<Void> broken() {
        return broken;
    }

    private CompletableFuture<Void> append(Draft draft) {
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
