package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The memory of one request in the budget of the server; all of it is given back when the request ends. Thread-safe. */
public final class RequestMemory {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long RETRY_SECONDS = 2;
    private static final long SMALLEST_PAGE = 1 << 17;
    private static final long LARGEST_PAGE = 1 << 20;

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
    private final Share work;
    private final Share reads;
    private boolean ended;

    RequestMemory(MemoryBudget budget, Timers timers, Executor executor) {
        this.budget = budget;
        this.timers = timers;
        this.executor = executor;
        this.work = new Share(budget.work());
        this.reads = new Share(budget.reads());
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

    /** A 413 {@link HttpErrorException} for a body of so many bytes that would not fit even if it were alone. */
    Optional<HttpErrorException> refusal(long bytes) {
        long capacity = budget.bodies().capacity();
        return bytes > capacity
                ? Optional.of(tooLarge("the body has " + bytes + " bytes", capacity))
                : Optional.empty();
    }

    private static HttpErrorException tooLarge(String need, long capacity) {
        return HttpErrorException.tooLarge(need + ", and this server has memory for " + capacity
                + " in one request; send less at once, or give the server more heap (-Xmx)");
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
            return CompletableFuture.failedFuture(tooLarge(
                    "the request needs " + bytes + " bytes of memory",
                    budget.work().capacity()));
        }
        return take(work, bytes);
    }

    /**
     * Takes memory for a page of a finite read, as {@link #take}; at most all memory for reads.
     *
     * @return fails with a 503 {@link HttpErrorException} if too many others use it
     */
    public CompletableFuture<Void> takeForRead(long bytes) {
        return take(reads, Math.min(bytes, budget.reads().capacity()));
    }

    private CompletableFuture<Void> take(Share share, long bytes) {
        CompletableFuture<Void> granted = share.pool.take(bytes);
        boolean waits = !granted.isDone();
        CompletableFuture<Void> held = granted.thenAccept(done -> hold(share, bytes));
        if (!waits) {
            return held;
        }
        Timers.Timer timer = timers.after(PATIENCE, () -> granted.completeExceptionally(busy()));
        return held.whenCompleteAsync((done, failure) -> timer.cancel(), executor);
    }

    private void hold(Share share, long bytes) {
        boolean late;
        synchronized (this) {
            late = ended;
            share.taken += late ? 0 : bytes;
        }
        if (late) {
            share.pool.give(bytes);
        }
    }

    /** Gives memory for work back before the request ends. */
    public void give(long bytes) {
        give(work, bytes);
    }

    private void give(Share share, long bytes) {
        long free;
        synchronized (this) {
            free = Math.min(bytes, share.taken);
            share.taken -= free;
        }
        share.pool.give(free);
    }

    /** The bytes of events with which a page of a finite read ends. */
    public long pageBytes() {
        return Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, budget.bytes() / 256));
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
        give(work, Long.MAX_VALUE);
        give(reads, Long.MAX_VALUE);
    }

    /** What the request has taken of a pool. */
    private static final class Share {
        private final MemoryBudget.Pool pool;
        private long taken;

        private Share(MemoryBudget.Pool pool) {
            this.pool = pool;
        }
    }
}
