package dev.millrace.core.processor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Code that waits, run where waiting is in order; what it throws is the failure of its future. */
final class BlockingCall extends FutureTask<Void> {
    /** Something to do that may wait and may fail. */
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

    /** Begins what a runner waits for before it goes on. */
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

    /** Whether the calling thread runs what a runner waits for. */
    static boolean isInside() {
        return INSIDE.get();
    }

    /** Begins; cancelling interrupts the thread. */
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
     * What a stage gives, however long a paused stream holds it up: it ends when the run does.
     *
     * @throws RuntimeException what it failed with
     * @throws InterruptedException when the waiting thread is interrupted
     */
    static <T> T await(CompletableFuture<T> future) throws InterruptedException {
        while (true) {
            try {
                return future.get(LOOK_MINUTES, TimeUnit.MINUTES);
            } catch (TimeoutException notYet) {
                // a parked append; it has no end but those of its stream and of its run
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
            }
        }
    }
}
