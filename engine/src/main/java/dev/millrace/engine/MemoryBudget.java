package dev.millrace.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * The memory for all bytes in flight: bodies that arrive, inputs that wait for the writer, answers that are written. It
 * is half of the heap; the other half is for everything else. Callers take a share before they use the memory, and give
 * it back. Three sixteenths of the budget are for bodies that arrive, two for finite reads, one for live reads: neither
 * those who send slowly nor those who read slowly can stop the requests that are complete. Small amounts may exceed a
 * part by a sixteenth: large requests that fill it do not stop small ones. Thread-safe.
 *
 * @since 0.1
 */
public final class MemoryBudget {
    /** The smallest budget, 1 MiB: events of some kilobytes can be appended and read. */
    public static final long SMALLEST = 1L << 20;

    /** With a smaller budget than this, 16 MiB, an event of 1 MiB cannot be appended. */
    public static final long SMALLEST_FOR_ALL_EVENTS = 16L << 20;

    private static final MemoryBudget OF_HEAP =
            of(Math.max(SMALLEST, Runtime.getRuntime().maxMemory() / 2));

    private final long bytes;
    private final Pool bodies;
    private final Pool reads;
    private final Pool live;
    private final Pool work;

    private MemoryBudget(long bytes) {
        this.bytes = bytes;
        this.bodies = new Pool(bytes / 16 * 3);
        this.reads = new Pool(bytes / 16 * 2);
        this.live = new Pool(bytes / 16);
        this.work = new Pool(bytes - bytes / 16 * 6);
    }

    /** The budget of this process. */
    public static MemoryBudget ofHeap() {
        return OF_HEAP;
    }

    /**
     * A budget of its own.
     *
     * @param bytes {@link #SMALLEST} or more
     */
    public static MemoryBudget of(long bytes) {
        if (bytes < SMALLEST) {
            throw new IllegalArgumentException("bytes must be " + SMALLEST + " or more, got " + bytes);
        }
        return new MemoryBudget(bytes);
    }

    public long bytes() {
        return bytes;
    }

    /** The part for bodies that arrive. */
    public Pool bodies() {
        return bodies;
    }

    /** The part for the pages of finite reads, for states and for lists. */
    public Pool reads() {
        return reads;
    }

    /** The part for the pages of live reads. */
    public Pool live() {
        return live;
    }

    /** The part for requests that are complete, and for their answers. */
    public Pool work() {
        return work;
    }

    /** A part of the budget. */
    public static final class Pool {
        private static final int SMALL = 64;
        private static final int RESERVE = 16;

        private final long capacity;
        private final long reserve;
        private final Queue<Waiter> large = new ArrayDeque<>();
        private final Queue<Waiter> small = new ArrayDeque<>();
        private long used;

        private record Waiter(long bytes, CompletableFuture<Void> granted) {}

        private Pool(long capacity) {
            this.capacity = capacity;
            this.reserve = capacity / RESERVE;
        }

        public long capacity() {
            return capacity;
        }

        public synchronized long used() {
            return used;
        }

        /** Whether an amount is so small that it may use the reserve beyond the capacity. */
        private boolean isSmall(long bytes) {
            return bytes <= capacity / SMALL;
        }

        /** Takes bytes if they are free. */
        public boolean tryTake(long bytes) {
            return tryTake(bytes, bytes);
        }

        /**
         * Takes a part of an amount if it is free.
         *
         * @param amount the bytes that the caller then has: a large amount may not use the reserve for small ones
         */
        public synchronized boolean tryTake(long bytes, long amount) {
            if (bytes > capacity + (isSmall(amount) ? reserve : 0) - used) {
                return false;
            }
            used += bytes;
            return true;
        }

        /**
         * Takes bytes as soon as they are free. Large amounts are served in the order of the calls, and so are small
         * ones; a small one does not wait behind a large one.
         *
         * @return completes when they are taken; a caller that completes it with a failure first gets nothing
         * @throws IllegalArgumentException if the pool never has so many
         */
        public CompletableFuture<Void> take(long bytes) {
            if (bytes > capacity) {
                throw new IllegalArgumentException("at most " + capacity + " bytes can be taken, got " + bytes);
            }
            synchronized (this) {
                Queue<Waiter> waiting = isSmall(bytes) ? small : large;
                if (waiting.isEmpty() && tryTake(bytes)) {
                    return CompletableFuture.completedFuture(null);
                }
                Waiter waiter = new Waiter(bytes, new CompletableFuture<>());
                waiting.add(waiter);
                var unused = waiter.granted().whenComplete((done, failure) -> {
                    if (failure != null) {
                        give(0); // those behind it may be served
                    }
                });
                return waiter.granted();
            }
        }

        /** Gives bytes back, and serves those who wait. */
        public void give(long bytes) {
            long free = bytes;
            do {
                long unwanted = 0;
                for (Waiter waiter : release(free)) {
                    unwanted += waiter.granted().complete(null) ? 0 : waiter.bytes();
                }
                free = unwanted;
            } while (free > 0);
        }

        private synchronized List<Waiter> release(long bytes) {
            used -= bytes;
            List<Waiter> served = new ArrayList<>();
            serve(large, served);
            serve(small, served);
            return served;
        }

        private void serve(Queue<Waiter> waiting, List<Waiter> served) {
            while (!waiting.isEmpty()) {
                Waiter next = waiting.element();
                if (!next.granted().isDone()) {
                    if (!tryTake(next.bytes())) {
                        break;
                    }
                    served.add(next);
                }
                waiting.remove();
            }
        }
    }
}
