package dev.millrace.processors.agent.tool;

import dev.millrace.core.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The limits of calls at the same time: of each tool, and of all. A call that cannot run yet waits; of those that can
 * run, the one that was requested first is the next. Safe for use by many threads.
 */
final class CallSlots {
    private record Waiting(
            String tool, OptionalInt limit, Instant since, long offset, CompletableFuture<Optional<Slot>> turn) {}

    private static final Comparator<Waiting> FIRST_COME =
            Comparator.comparing(Waiting::since).thenComparing(Waiting::offset);

    /** The right to run a call. */
    final class Slot {
        private final String tool;
        private final AtomicBoolean released = new AtomicBoolean();

        private Slot(String tool) {
            this.tool = tool;
        }

        /** Gives the right back; a second call does nothing. */
        void release() {
            if (released.compareAndSet(false, true)) {
                free(tool);
            }
        }
    }

    private final int most;
    private final Executor executor;
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Integer> running = new HashMap<>();
    private int all;

    CallSlots(int most, Executor executor) {
        this.most = most;
        this.executor = executor;
    }

    /** Waits for a slot. Whoever completes the future with an empty value does not wait any more. */
    CompletableFuture<Optional<Slot>> take(String tool, OptionalInt limit, Event request) {
        Waiting next = new Waiting(tool, limit, request.createdAt(), request.offset(), new CompletableFuture<>());
        synchronized (this) {
            if (mayRun(next)) {
                next.turn().complete(Optional.of(begin(tool)));
            } else {
                waiting.add(next);
                waiting.sort(FIRST_COME);
            }
        }
        return next.turn();
    }

    /** The number of calls that wait. */
    synchronized int waiting() {
        return (int) waiting.stream().filter(call -> !call.turn().isDone()).count();
    }

    private boolean mayRun(Waiting call) {
        return all < most
                && (call.limit().isEmpty()
                        || running.getOrDefault(call.tool(), 0) < call.limit().getAsInt());
    }

    private Slot begin(String tool) {
        all++;
        running.merge(tool, 1, Integer::sum);
        return new Slot(tool);
    }

    private void free(String tool) {
        List<Waiting> next = new ArrayList<>();
        List<Slot> slots = new ArrayList<>();
        synchronized (this) {
            all--;
            running.merge(tool, -1, Integer::sum);
            for (Iterator<Waiting> calls = waiting.iterator(); calls.hasNext() && all < most; ) {
                Waiting call = calls.next();
                if (call.turn().isDone()) {
                    calls.remove();
                } else if (mayRun(call)) {
                    calls.remove();
                    next.add(call);
                    slots.add(begin(call.tool()));
                }
            }
        }
        for (int i = 0; i < next.size(); i++) {
            CompletableFuture<Optional<Slot>> turn = next.get(i).turn();
            Slot slot = slots.get(i);
            executor.execute(() -> {
                if (!turn.complete(Optional.of(slot))) {
                    slot.release(); // it does not wait any more
                }
            });
        }
    }
}
