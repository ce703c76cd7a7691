package dev.millrace.engine.internal.commit;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.StreamKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task for the writer, with the future of the caller. The task decides from the facts of the group; the caller gets
 * the result, or the refusal, after the commit. The supplier that the task returns is called by the caller if it waits,
 * else on a callback thread, because the writer must not block.
 */
public final class WriteTask<T> {
    private final StreamKey stream;
    private final int bytes;
    private final boolean alone;
    private final Function<CommitBatch, Supplier<T>> work;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private @Nullable Supplier<T> result;
    private @Nullable StreamException refusal;
    private final AtomicReference<@Nullable Runnable> outcome = new AtomicReference<>();
    private @Nullable Thread waiter;
    private boolean isAnswered;

    /**
     * Creates a request; with {@code alone} it is the only request of its group. The work throws {@link
     * StreamException} to refuse, before it has changed anything that would have to be undone.
     */
    public WriteTask(StreamKey stream, int bytes, boolean alone, Function<CommitBatch, Supplier<T>> work) {
        this.stream = stream;
        this.bytes = bytes;
        this.alone = alone;
        this.work = work;
    }

    StreamKey stream() {
        return stream;
    }

    int bytes() {
        return bytes;
    }

    boolean alone() {
        return alone;
    }

    CompletableFuture<T> future() {
        return future;
    }

    /** The current thread waits for the outcome. Before this is queued. */
    void awaitHere() {
        waiter = Thread.currentThread();
    }

    /** The thread that waits for the outcome; null if there is none, or it does not wait any more. */
    @Nullable Thread waiter() {
        return outcome.get() == null ? waiter : null;
    }

    /** Gives the outcome to the thread that waits for it; false if there is none. */
    boolean serve(Runnable delivery) {
        boolean waits = waiter != null && outcome.compareAndSet(null, delivery);
        if (waits) {
            LockSupport.unpark(waiter);
        }
        return waits;
    }

    /** Delivers the outcome to the waiting caller, which calls this itself; false if there is none yet. */
    boolean deliver() {
        Runnable delivery = outcome.get();
        if (delivery == null) {
            return false;
        }
        delivery.run();
        return true;
    }

    /** The caller stops waiting; false if the outcome is there. */
    boolean leave() {
        return outcome.compareAndSet(null, () -> {});
    }

    /** True the first time. On the thread that writes. */
    boolean beginAnswer() {
        boolean isFirst = !isAnswered;
        isAnswered = true;
        return isFirst;
    }

    /** Decides; again, if the facts have changed. On the thread that writes. */
    void run(CommitBatch commitBatch) {
        result = null;
        refusal = null;
        try {
            result = work.apply(commitBatch);
        } catch (StreamException e) {
            refusal = e;
        }
    }

    /** Completes the future after the commit. This runs code of the caller. */
    void answer() {
        if (refusal != null) {
            future.completeExceptionally(refusal);
        } else if (result != null) {
            CallbackExecutor.complete(future, stream.path(), result);
        }
    }

    /** Completes the future with a failure. */
    void fail(Code code, String why, String whatToDo, @Nullable Throwable cause) {
        future.completeExceptionally(new StreamException(
                code, stream.path(), "request failed: " + stream + "; " + why + "; " + whatToDo, cause));
    }
}
