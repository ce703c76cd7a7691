package dev.millrace.server.internal.http;

import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.function.Supplier;

/** What one request holds of a pool of the memory budget. Thread-safe. */
final class MemoryShare {
    /**
     * The client on which the memory waits.
     *
     * @param stalled for how long the client has neither sent nor taken anything; zero if the server is the one to act
     * @param patience after how much of this time others may drop the client
     * @param drop ends the request, so that its memory becomes free
     */
    record Client(Supplier<Duration> stalled, Duration patience, Runnable drop) {
        boolean hasStalled() {
            return stalled.get().compareTo(patience) >= 0;
        }
    }

    private final MemoryBudget.Pool pool;
    private long held;
    private boolean ended;

    MemoryShare(MemoryBudget.Pool pool) {
        this.pool = pool;
    }

    MemoryBudget.Pool pool() {
        return pool;
    }

    synchronized long held() {
        return held;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Takes bytes if they are free and the request has not ended. */
    synchronized boolean tryTake(long bytes) {
        boolean taken = !ended && pool.tryTake(bytes, held + bytes);
        held += taken ? bytes : 0;
        return taken;
    }

    /** Adds bytes that were taken from the pool; gives them back if the request has ended. */
    void add(long bytes) {
        boolean late;
        synchronized (this) {
            late = ended;
            held += late ? 0 : bytes;
        }
        if (late) {
            pool.give(bytes);
        }
    }

    /** Gives bytes back, at most those that are held. */
    void give(long bytes) {
        long free;
        synchronized (this) {
            free = Math.min(bytes, held);
            held -= free;
        }
        pool.give(free);
    }

    /** Gives everything back; nothing more is held from now on. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        give(Long.MAX_VALUE);
    }
}
