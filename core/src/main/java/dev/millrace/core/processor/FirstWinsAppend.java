package dev.millrace.core.processor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * An append that only one process wins: an event that says "I do this now". A second append with the same key returns
 * the first event, and its caller must not do the work. A random mark in the metadata shows which append was stored,
 * also if an append was repeated because its answer was lost.
 */
final class FirstWinsAppend {
    private static final String MARK = "claim";
    private static final SecureRandom RANDOM = new SecureRandom();

    private FirstWinsAppend() {}

    /**
     * Appends the draft; returns the stored event if it has the mark of this append, otherwise empty. If the draft has a
     * key of its own, another processor may use it too; then its event is the first one.
     */
    static CompletionStage<Optional<Event>> stake(BackgroundTask<?> attempt, EventDraft draft) {
        String mark = Long.toHexString(RANDOM.nextLong());
        ObjectNode metadata = draft.input()
                .metadata()
                .filter(JsonNode::isObject)
                .<ObjectNode>map(JsonNode::deepCopy)
                .orElseGet(JsonNodeFactory.instance::objectNode);
        metadata.put(MARK, mark);
        EventInput marked =
                EventInput.builder().from(draft.input()).metadata(metadata).build();
        boolean isSharedKey = draft.input().idempotencyKey().isPresent();
        return attempt.append(draft.with(marked))
                .thenApply(appended -> Optional.of(appended.event())
                        .filter(event -> event.metadata()
                                .map(stored -> stored.path(MARK).asText())
                                .filter(mark::equals)
                                .isPresent()))
                .exceptionallyCompose(failure -> isSharedKey && isTaken(failure)
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure));
    }

    /** Whether the key is the one of another processor's event. */
    private static boolean isTaken(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof StreamException refusal && refusal.code() == StreamException.Code.CONFLICT;
    }
}
