package dev.millrace.core.processor;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Work that may take long, may be cancelled, and dies with the process. Whatever it must not lose is owed again from
 * {@link Processor#onCaughtUp}. Safe for use by many threads.
 *
 * @param <S> the processor's state
 */
public interface BackgroundTask<S> {
    /** The name it was launched under, unique among the running attempts of its (processor, stream). */
    String name();

    /** Why it was launched. */
    CausingOffset because();

    /**
     * Appends an event caused by {@link #because()}, unless the draft says otherwise. From the moment of a cancel every
     * append is refused: the future fails with {@link java.util.concurrent.CancellationException}.
     */
    CompletableFuture<AppendResult> append(EventDraft draft);

    /** As {@link #append(EventDraft)}, of {@code EventDraft.of(payload)}. */
    default CompletableFuture<AppendResult> append(Object payload) {
        return append(EventDraft.of(payload));
    }

    /** The newest reduced state. */
    S current();

    /** As {@link Effects#read}; from the moment of a cancel every read is refused, as every append is. */
    CompletableFuture<List<Event>> read(ReadRange range);

    /** Whether it was cancelled, by a newer attempt of its name, by {@link #cancel()} or by the runner stopping. */
    boolean isCancelled();

    /** Runs {@code action} once on cancel; at once if that already happened. Close sockets here. */
    void onCancel(Runnable action);

    /** Cancels; does nothing when it is already over. */
    void cancel();

    /** Completes, always normally, when the work has ended in whatever way. */
    CompletableFuture<Void> done();
}
