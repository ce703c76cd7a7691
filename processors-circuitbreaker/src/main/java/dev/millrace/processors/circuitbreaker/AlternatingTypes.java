package dev.millrace.processors.circuitbreaker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A count of alternations, for loops that are slower than the window: an event is an alternation if it has another type
 * than the event before it, and comes within one second of it. Immutable.
 *
 * <p>It keeps no times of single events, but a count for each fiftieth of the time of the limit. The first slot begins
 * at an alternation, so the count is exact while events come at a steady rate; otherwise an alternation can be forgotten
 * up to one slot too early. If the clock goes back by more than a second, the count starts again.
 *
 * @param types the newest distinct types, at most four, the newest last; empty before the first event
 * @param lastAtMs when the newest event came, in milliseconds since the epoch
 * @param countedFromMs the beginning of the first slot, in milliseconds since the epoch
 * @param counts the alternations in each slot, at most 50; the first is above 0
 */
record AlternatingTypes(List<String> types, long lastAtMs, long countedFromMs, List<Integer> counts) {
    static final AlternatingTypes NONE = new AlternatingTypes(List.of(), 0, 0, List.of());

    private static final long NEAR_MS = 1000;
    private static final int MOST_TYPES = 4;
    private static final int SLOTS = 50;
    private static final long SLOT_MS_PER_SECOND = 1000 / SLOTS;

    AlternatingTypes {
        types = List.copyOf(types);
        counts = List.copyOf(counts);
    }

    /** Whether an event of this type would be an alternation. */
    boolean isAlternation(String type, Instant at) {
        return !types.isEmpty() && isNear(at.toEpochMilli()) && !newestType().equals(type);
    }

    /** This count after one more event. */
    AlternatingTypes after(String type, Instant at, AlternationLimit limit) {
        long now = at.toEpochMilli();
        if (types.isEmpty() || now < lastAtMs - NEAR_MS) {
            return new AlternatingTypes(List.of(type), now, 0, List.of());
        }
        if (!isNear(now)) {
            return new AlternatingTypes(List.of(type), now, countedFromMs, counts);
        }
        return newestType().equals(type)
                ? new AlternatingTypes(types, now, countedFromMs, counts)
                : counted(type, now, limit.seconds() * SLOT_MS_PER_SECOND);
    }

    private AlternatingTypes counted(String type, long now, long slotMs) {
        long slot = Math.max(counts.size() - 1, Math.floorDiv(now - countedFromMs, slotMs));
        long expired = Math.max(0, slot - (SLOTS - 1));
        while (expired < counts.size() && counts.get((int) expired) == 0) {
            expired++;
        }
        if (expired >= counts.size()) {
            return new AlternatingTypes(with(type), now, now, List.of(1));
        }
        List<Integer> next = new ArrayList<>(counts.subList((int) expired, counts.size()));
        int newest = (int) (slot - expired);
        next.addAll(Collections.nCopies(newest + 1 - next.size(), 0));
        next.set(newest, next.get(newest) + 1);
        return new AlternatingTypes(with(type), now, countedFromMs + expired * slotMs, next);
    }

    private List<String> with(String type) {
        List<String> next = new ArrayList<>(types);
        next.remove(type);
        next.add(type);
        return next.subList(Math.max(0, next.size() - MOST_TYPES), next.size());
    }

    private boolean isNear(long now) {
        return Math.abs(now - lastAtMs) <= NEAR_MS;
    }

    private String newestType() {
        return types.get(types.size() - 1);
    }

    /** The violation, if there are too many alternations. Ask it after an alternation: only then are old slots dropped. */
    Optional<RuleViolation> exceeded(AlternationLimit limit) {
        long events = counts.stream().mapToLong(Integer::longValue).sum();
        if (events < limit.count()) {
            return Optional.empty();
        }
        long withinMs = Math.max(0, lastAtMs - countedFromMs);
        double perSecond = Math.round(10_000.0 * events / Math.max(1000, withinMs)) / 10.0;
        return Optional.of(RuleViolation.of(
                "alternation",
                events + " events in under " + limit.seconds() + " seconds had another type than the event before ("
                        + String.join(", ", types) + "; " + perSecond + " events per second)",
                seen -> {
                    seen.put("events", events).put("withinMs", withinMs).put("eventsPerSecond", perSecond);
                    seen.put("limit", limit.count()).put("seconds", limit.seconds());
                    types.forEach(seen.putArray("types")::add);
                }));
    }
}
