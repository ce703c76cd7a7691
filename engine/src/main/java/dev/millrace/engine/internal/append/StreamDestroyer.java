package dev.millrace.engine.internal.append;

import dev.millrace.core.DestroyResult;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.commit.StoreWriter;
import dev.millrace.engine.internal.commit.WriteTask;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The destruction of streams. A callback thread finds the streams and computes their last states; the writer then
 * checks that nothing has changed since, otherwise this is repeated. The last attempt does everything on the writer, so
 * the answer always holds the states at the moment of destruction. Thread-safe.
 */
public final class StreamDestroyer {
    private static final int ATTEMPTS = 3;

    private final StoreReader store;
    private final StoreWriter writer;
    private final CallbackExecutor callbackExecutor;
    private final StreamStateReader states;

    public StreamDestroyer(
            StoreReader store, StoreWriter writer, CallbackExecutor callbackExecutor, StreamStateReader states) {
        this.store = store;
        this.writer = writer;
        this.callbackExecutor = callbackExecutor;
        this.states = states;
    }

    /** Destroys a stream; the answer is empty if it does not exist. */
    public CompletableFuture<DestroyResult> destroy(StreamKey stream, boolean children) {
        CompletableFuture<DestroyResult> answer = new CompletableFuture<>();
        callbackExecutor.execute(() -> attempt(stream, children, 1, answer));
        return answer;
    }

    private void attempt(StreamKey stream, boolean children, int number, CompletableFuture<DestroyResult> answer) {
        Map<StreamKey, LastState> lastStates;
        try {
            lastStates = listStreams(stream, children);
        } catch (RuntimeException e) {
            CallbackExecutor.complete(answer, stream.path(), () -> {
                throw e;
            });
            return;
        }
        var unused = writer.submit(new WriteTask<Optional<DestroyResult>>(stream, 0, true, commitBatch -> {
                    Map<StreamKey, LastState> now = number < ATTEMPTS ? lastStates : listStreams(stream, children);
                    Optional<DestroyResult> wiped = isUnchanged(stream, now, commitBatch)
                            ? Optional.of(removeAll(now, commitBatch))
                            : Optional.empty();
                    return () -> wiped;
                }))
                .whenComplete((wiped, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        wiped.ifPresentOrElse(answer::complete, () -> attempt(stream, children, number + 1, answer));
                    }
                });
    }

    private Map<StreamKey, LastState> listStreams(StreamKey target, boolean children) {
        Map<StreamKey, LastState> lastStates = new LinkedHashMap<>();
        Deque<StreamKey> next = new ArrayDeque<>();
        next.add(target);
        while (!next.isEmpty()) {
            StreamKey stream = next.remove();
            Optional<StreamHead> head = lastStates.containsKey(stream) ? Optional.empty() : store.head(stream);
            if (head.isPresent()) {
                lastStates.put(stream, new LastState(head.get(), states.at(stream, head.get())));
                if (children) {
                    new StreamStateFold(store, stream, head.get())
                            .announced()
                            .keySet()
                            .forEach(path -> next.add(stream.at(path)));
                }
            }
        }
        return lastStates;
    }

    /** True if nothing was appended since the survey, and a missing target was not created. */
    private static boolean isUnchanged(
            StreamKey target, Map<StreamKey, LastState> lastStates, CommitBatch commitBatch) {
        if (lastStates.isEmpty()) {
            return commitBatch.head(target).isEmpty();
        }
        return lastStates.entrySet().stream()
                .allMatch(entry -> commitBatch
                        .head(entry.getKey())
                        .equals(Optional.of(entry.getValue().head())));
    }

    private static DestroyResult removeAll(Map<StreamKey, LastState> lastStates, CommitBatch commitBatch) {
        Map<StreamPath, StreamState> states = new LinkedHashMap<>();
        lastStates.forEach((stream, last) -> {
            commitBatch.requireEnd(stream);
            commitBatch.remove(stream);
            states.put(stream.path(), last.state());
        });
        return new DestroyResult(states);
    }

    private record LastState(StreamHead head, StreamState state) {}
}
