package dev.millrace.core.processor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call of blocking code on a thread that may block. If the code throws, the future of the call fails. */
final class BlockingCall extends FutureTask<Void> {
    interface Body {
        void run() throws Exception;
    }

    private static final long LOOK_MINUTES = 1;
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private final CompletableFuture<Void> result = new CompletableFuture<>();

    private BlockingCall(Body body) {
        super(() -> {
            body.run();
            return null;
        });
    }

    /** Starts code whose end a runner waits for. */
    static CompletableFuture<Void> inside(Executor threads, Body body) {
        return begin(threads, () -> {
                    INSIDE.set(true);
                    try {
                        body.run();
                    } finally {
                        INSIDE.remove();
                    }
                })
                .result;
    }

    /** True if a runner waits for the code that runs on the calling thread. */
    static boolean isInside() {
        return INSIDE.get();
    }

    /** Starts code; a cancel interrupts its thread. */
    static BlockingCall begin(Executor threads, Body body) {
        BlockingCall call = new BlockingCall(body);
        threads.execute(call);
        return call;
    }

    CompletableFuture<Void> result() {
        return result;
    }

    @Override
    protected void set(Void nothing) {
        super.set(null);
        result.complete(null);
    }

    @Override
    protected void setException(Throwable thrown) {
        super.setException(thrown);
        result.completeExceptionally(thrown);
    }

    @Override
    protected void done() {
        if (isCancelled()) {
            result.cancel(false);
        }
    }

    /**
     * Waits for a stage without a time limit: a paused stream may delay it. It ends at the latest when the run ends.
     *
     * @throws RuntimeException the failure of the stage
     * @throws InterruptedException if the waiting thread is interrupted
     */
    static <T> T await(CompletableFuture<T> future) throws InterruptedException {
        while (true) {
            try {
                return future.get(LOOK_MINUTES, TimeUnit.MINUTES);
            } catch (TimeoutException notYet) {
                // an append to a paused stream waits until the stream is resumed or the run ends
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
            }
        }
    }
}
