package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The memory of one request in the budget of the server; all of it is given back when the request ends. Thread-safe. */
public final class RequestMemory {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long RETRY_SECONDS = 2;

    /** What became of bytes of a body. */
    enum Answer {
        KEPT,
        FULL,
        ENDED
    }

    private final MemoryBudget budget;
    private final Timers timers;
    private final Executor executor;
    private long kept;
    private long taken;
    private boolean ended;

    RequestMemory(MemoryBudget budget, Timers timers, Executor executor) {
        this.budget = budget;
        this.timers = timers;
        this.executor = executor;
    }

    /** Takes memory for bytes of the body that have arrived, if there is any. */
    synchronized Answer keep(long bytes) {
        if (ended) {
            return Answer.ENDED;
        }
        if (!budget.bodies().tryTake(bytes)) {
            return Answer.FULL;
        }
        kept += bytes;
        return Answer.KEPT;
    }

    /** Gives the memory of the body back. */
    void forgetBody() {
        long free;
        synchronized (this) {
            free = kept;
            kept = 0;
        }
        budget.bodies().give(free);
    }

    /**
     * Takes memory for work, and waits for it for a limited time. If it has to wait, what follows runs on the executor
     * of the request, not in the thread of the request that gives the memory.
     *
     * @return fails with a 413 {@link HttpErrorException} if the budget is too small, and with a 503 if too many others
     *     use it
     */
    public CompletableFuture<Void> take(long bytes) {
        if (bytes > budget.work().capacity()) {
            return CompletableFuture.failedFuture(
                    HttpErrorException.tooLarge("the request needs " + bytes + " bytes of memory, and this server has "
                            + budget.work().capacity() + " for all requests; send less at once, or give the server more"
                            + " heap (-Xmx)"));
        }
        CompletableFuture<Void> granted = budget.work().take(bytes);
        boolean waits = !granted.isDone();
        CompletableFuture<Void> held = granted.thenAccept(done -> hold(bytes));
        if (!waits) {
            return held;
        }
        Timers.Timer timer = timers.after(PATIENCE, () -> granted.completeExceptionally(busy()));
        return held.whenCompleteAsync((done, failure) -> timer.cancel(), executor);
    }

    private void hold(long bytes) {
        boolean late;
        synchronized (this) {
            late = ended;
            taken += late ? 0 : bytes;
        }
        if (late) {
            budget.work().give(bytes);
        }
    }

    /** Gives memory for work back before the request ends. */
    public void give(long bytes) {
        long free;
        synchronized (this) {
            free = Math.min(bytes, taken);
            taken -= free;
        }
        budget.work().give(free);
    }

    HttpErrorException busy() {
        return HttpErrorException.busy(
                "the server is too busy: the memory for requests is in use (" + budget.bytes()
                        + " bytes); nothing was done; try again in a few seconds",
                RETRY_SECONDS);
    }

    void end() {
        synchronized (this) {
            ended = true;
        }
        forgetBody();
        give(Long.MAX_VALUE);
    }
}
