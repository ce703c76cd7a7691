package dev.millrace.engine.internal.commit;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.StreamKey;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work for the writer, and the future of whoever asked for it. The work runs inside the group's
 * transaction; its result, a refusal included, is held back until the group is committed. What the work returns is
 * evaluated on a delivery thread, so that the writer does nothing that can wait.
 */
public final class WriteTask<T> {
    private final StreamKey stream;
    private final int bytes;
    private final boolean alone;
    private final Function<CommitBatch, Supplier<T>> work;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private @Nullable Supplier<T> result;
    private @Nullable StreamException refusal;

    /**
     * A request.
     *
     * @param bytes how much memory it holds
     * @param alone whether it must have a group of its own
     * @param work throws {@link StreamException} to refuse, before it has changed anything that must then be undone
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

    /** Does the work. On the writer thread. */
    void run(CommitBatch group) {
        try {
            result = work.apply(group);
        } catch (StreamException e) {
            refusal = e;
        }
    }

    /** Answers after the commit. On a delivery thread: completing a future runs the code of its owner. */
    void answer() {
        if (refusal != null) {
            future.completeExceptionally(refusal);
        } else if (result != null) {
            CallbackExecutor.complete(future, stream.path(), result);
        }
    }

    /** Answers that nothing was stored. On a delivery thread. */
    void fail(Code code, String why, String whatToDo, @Nullable Throwable cause) {
        future.completeExceptionally(new StreamException(
                code, stream.path(), "request failed: " + stream + "; " + why + "; " + whatToDo, cause));
    }
}
