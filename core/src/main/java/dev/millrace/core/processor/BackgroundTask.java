package dev.millrace.core.processor;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.ReadRange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Work that can take long and can be cancelled. It is lost when the process ends. If it must be done, keep it in the
 * state until it is done, and launch it again from {@link Processor#onCaughtUp}. Safe for use by many threads.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public interface BackgroundTask<S> {
    /** The name it was launched with, unique among the running tasks of its (processor, stream). */
    String name();

    /** The event that was the reason to launch it. */
    CausingOffset because();

    /**
     * Appends an event caused by {@link #because()}, unless the draft names another cause. After a cancel every append
     * is refused: the future fails with {@link java.util.concurrent.CancellationException}.
     */
    CompletableFuture<AppendResult> append(EventDraft draft);

    default CompletableFuture<AppendResult> append(Object payload) {
        return append(EventDraft.of(payload));
    }

    /** The newest state. */
    S current();

    /** As {@link Effects#lease}. */
    default Optional<Fence> lease() {
        return Optional.empty();
    }

    /** As {@link Effects#read}; after a cancel every read is refused, as in {@link #append(EventDraft)}. */
    CompletableFuture<List<Event>> read(ReadRange range);

    /** True if it was cancelled by a newer task of its name, by {@link #cancel()} or by a stop of the runner. */
    boolean isCancelled();

    /** Runs {@code action} once on cancel; immediately if it is already cancelled. Close sockets here. */
    void onCancel(Runnable action);

    /** Cancels; does nothing if the work has ended. */
    void cancel();

    /** Completes, always normally, when the work has succeeded, failed or was cancelled. */
    CompletableFuture<Void> done();
}
