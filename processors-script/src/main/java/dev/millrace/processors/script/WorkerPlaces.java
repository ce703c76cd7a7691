package dev.millrace.processors.script;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The places of the running workers of a server. If all are taken, workers wait; a free place goes to the one that was
 * configured first. A worker that starts again keeps its place. Thread-safe.
 */
final class WorkerPlaces {
    /** How long a place is kept for a worker that was stopped and may start again. */
    static final Duration KEPT = Duration.ofSeconds(10);

    private static final Comparator<Claim> OLDEST_FIRST = Comparator.comparing(Claim::configured)
            .thenComparing(claim -> claim.owner().project().value())
            .thenComparing(claim -> claim.owner().path().value())
            .thenComparing(claim -> claim.owner().slug());

    /** A worker of a stream. */
    record Owner(ProjectSlug project, StreamPath path, String slug) {}

    /**
     * The claim of a worker for a place.
     *
     * @param configured the time of its configuration
     * @param granted completes when it has the place
     */
    record Claim(Owner owner, Instant configured, CompletableFuture<Void> granted) {}

    private final int most;
    private final Timers timers;
    private final Set<Owner> taken = new HashSet<>();
    private final Map<Owner, Timers.Timer> kept = new HashMap<>();
    private final List<Claim> waiting = new ArrayList<>();

    WorkerPlaces(int most, Timers timers) {
        this.most = most;
        this.timers = timers;
    }

    int most() {
        return most;
    }

    Claim claim(Owner owner, Instant configured) {
        Claim claim = new Claim(owner, configured, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(claim);
        }
        grant();
        return claim;
    }

    /** True if the claim waits for other workers, and not for the end of the same one. */
    synchronized boolean isWaitingForOthers(Claim claim) {
        return waiting.contains(claim) && !taken.contains(claim.owner());
    }

    /**
     * Gives the place back, or the claim up. Call it once for each claim.
     *
     * @param keep whether to keep the place for the same worker for a while
     */
    void release(Claim claim, boolean keep) {
        Owner owner = claim.owner();
        synchronized (this) {
            if (waiting.remove(claim)) {
                return;
            }
            taken.remove(owner);
            if (keep || waiting.stream().anyMatch(next -> next.owner().equals(owner))) {
                kept.put(owner, timers.after(KEPT, () -> expire(owner)));
            }
        }
        grant();
    }

    private void expire(Owner owner) {
        synchronized (this) {
            kept.remove(owner);
        }
        grant();
    }

    private void grant() {
        for (Optional<Claim> next = takeNext(); next.isPresent(); next = takeNext()) {
            next.get().granted().complete(null);
        }
    }

    private synchronized Optional<Claim> takeNext() {
        boolean isFull = taken.size() + kept.size() >= most;
        Optional<Claim> next = waiting.stream()
                .filter(claim -> !taken.contains(claim.owner()))
                .filter(claim -> !isFull || kept.containsKey(claim.owner()))
                .min(OLDEST_FIRST);
        next.ifPresent(claim -> {
            waiting.remove(claim);
            taken.add(claim.owner());
            Timers.Timer timer = kept.remove(claim.owner());
            if (timer != null) {
                timer.cancel();
            }
        });
        return next;
    }
}
