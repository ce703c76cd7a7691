package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The memory of one request in the budget of the server; all of it is given back when the request ends. Thread-safe. */
public final class RequestMemory {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** How often a request that waits looks for clients that have stalled meanwhile. */
    private static final Duration LOOK = Duration.ofMillis(500);

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
    private final StalledClients stalled;
    private final Executor executor;
    private final MemoryShare body;
    private final MemoryShare work;
    private final MemoryShare reads;
    private final MemoryShare live;

    RequestMemory(MemoryBudget budget, Timers timers, StalledClients stalled, Executor executor) {
        this.budget = budget;
        this.timers = timers;
        this.stalled = stalled;
        this.executor = executor;
        this.body = new MemoryShare(budget.bodies());
        this.work = new MemoryShare(budget.work());
        this.reads = new MemoryShare(budget.reads());
        this.live = new MemoryShare(budget.live());
    }

    /** The clock that measures for how long a client stalls. */
    public Duration elapsed() {
        return timers.elapsed();
    }

    /** Takes memory for bytes of the body that have arrived, if there is any; others that have stalled make room. */
    Answer keep(long bytes) {
        while (!body.tryTake(bytes)) {
            if (body.hasEnded()) {
                return Answer.ENDED;
            }
            if (!stalled.dropOne(body.pool())) {
                return Answer.FULL;
            }
        }
        return Answer.KEPT;
    }

    /**
     * The bytes of the largest body that fits if it is alone: while it arrives, and later, when each of its bytes needs
     * {@code perByte} bytes of memory.
     */
    long largestBody(int perByte) {
        return Math.min(budget.bodies().capacity(), budget.work().capacity() / perByte);
    }

    /** A 413: {@code need} is a sentence that says what does not fit in so many bytes. */
    static HttpErrorException tooLarge(String need, long capacity) {
        return HttpErrorException.tooLarge(need + ", and this server has memory for " + capacity
                + " in one request; send less at once, or give the server more heap (-Xmx)");
    }

    /** Gives the memory of the body back. */
    void forgetBody() {
        body.give(Long.MAX_VALUE);
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
        return take(reads, Math.min(bytes, reads.pool().capacity()));
    }

    /**
     * Takes memory for a page of a live read before it is read, as {@link #takeForRead}, until {@link #giveForLive}.
     */
    public CompletableFuture<Void> takeForLive(long bytes) {
        return take(live, Math.min(bytes, live.pool().capacity()));
    }

    /**
     * Takes what a finite read needs in all for a page with a large event. It gives what it has back before it takes
     * more: reads that wait for one another's memory would never end.
     */
    public CompletableFuture<Void> growForRead(long bytes) {
        long wanted = Math.min(bytes, reads.pool().capacity());
        if (wanted <= reads.held()) {
            return CompletableFuture.completedFuture(null);
        }
        reads.give(Long.MAX_VALUE);
        return take(reads, wanted);
    }

    /** Keeps the memory of a page of a live read that has so many bytes; takes it if none was taken before. */
    public CompletableFuture<Void> keepForLive(long bytes) {
        if (live.held() == 0) {
            return takeForLive(bytes);
        }
        live.give(Math.max(0, live.held() - bytes));
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> take(MemoryShare share, long bytes) {
        CompletableFuture<Void> granted = share.pool().take(bytes);
        boolean waits = !granted.isDone();
        CompletableFuture<Void> held = granted.thenAccept(done -> share.add(bytes));
        if (!waits) {
            return held;
        }
        CompletableFuture<Void> continued = held.whenCompleteAsync((done, failure) -> {}, executor);
        makeRoom(share.pool(), granted, timers.elapsed().plus(PATIENCE));
        return continued;
    }

    /** Drops stalled clients until the memory is granted, and gives up at the end. */
    private void makeRoom(MemoryBudget.Pool pool, CompletableFuture<Void> granted, Duration end) {
        while (!granted.isDone() && stalled.dropOne(pool)) {
            // one more
        }
        if (granted.isDone()) {
            return;
        }
        if (timers.elapsed().compareTo(end) >= 0) {
            granted.completeExceptionally(busy());
        } else {
            timers.after(LOOK, () -> makeRoom(pool, granted, end));
        }
    }

    /** Gives memory for work and for reads back, except what an answer needs until its reader has taken it. */
    void keepForAnswer(long bytes) {
        for (MemoryShare share : List.of(work, reads)) {
            share.give(Math.max(0, share.held() - bytes));
        }
    }

    /** Gives the memory for a page of a live read back. */
    public void giveForLive() {
        live.give(Long.MAX_VALUE);
    }

    /** Lets others drop the sender of the body if it stalls while they need its memory. */
    void droppableBody(Supplier<Duration> stall, Runnable drop) {
        droppable(body, StalledClients.STALLED_APPEND, stall, drop);
    }

    /**
     * Lets others drop the reader of an answer if it stalls while they need its memory. A read can be repeated; without
     * the answer to an append, its caller does not know what was stored, so it has more time.
     */
    public void droppableReader(Supplier<Duration> stall, Runnable drop) {
        droppable(work, StalledClients.STALLED_APPEND, stall, drop);
        droppable(reads, StalledClients.STALLED, stall, drop);
        droppable(live, StalledClients.STALLED, stall, drop);
    }

    private void droppable(MemoryShare share, Duration patience, Supplier<Duration> stall, Runnable drop) {
        stalled.add(share, new MemoryShare.Client(stall, patience, drop));
        if (share.hasEnded()) { // meanwhile: it would never be removed
            stalled.remove(share);
        }
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

    /** Gives everything back; the request gets no more. */
    void end() {
        for (MemoryShare share : List.of(body, work, reads, live)) {
            share.end();
            stalled.remove(share);
        }
    }
}
