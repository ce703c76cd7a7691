package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The open obligations of a processor, as a part of its state. In {@code reduce}, apply the events of a request, a
 * start and an outcome to it; an {@link ObligationRunner} does the work. Immutable; can be written as JSON.
 *
 * @param open the obligations without an outcome, by id, in the order of the requests
 * @since 0.1
 */
public record Obligations(Map<String, Obligation> open) {
    private static final Obligations NONE = new Obligations(Map.of());

    public Obligations {
        open = Collections.unmodifiableMap(new LinkedHashMap<>(open));
    }

    public static Obligations none() {
        return NONE;
    }

    /** Adds an obligation that this event requests. If one with this id is open, nothing changes. */
    public Obligations requested(String id, Event request) {
        return requested(id, request, Optional.empty());
    }

    /** As {@link #requested(String, Event)}; the work is not started at or after {@code expiresAt}. */
    public Obligations requested(String id, Event request, Instant expiresAt) {
        return requested(id, request, Optional.of(expiresAt));
    }

    private Obligations requested(String id, Event request, Optional<Instant> expiresAt) {
        return open.containsKey(id) ? this : with(new Obligation(id, request.offset(), expiresAt, 0));
    }

    /** Counts a start. If no obligation with this id is open, nothing changes. */
    public Obligations started(String id) {
        Obligation known = open.get(id);
        return known == null ? this : with(known.startedOnceMore());
    }

    /** Removes an obligation that has an outcome: done, failed, expired or unknown. The first outcome counts. */
    public Obligations settled(String id) {
        if (!open.containsKey(id)) {
            return this;
        }
        Map<String, Obligation> rest = new LinkedHashMap<>(open);
        rest.remove(id);
        return new Obligations(rest);
    }

    /** True if it was requested and has no outcome. */
    public boolean isOpen(String id) {
        return open.containsKey(id);
    }

    /** The obligations that were never started, oldest first. */
    public List<Obligation> notStarted() {
        return open.values().stream().filter(duty -> !duty.inDoubt()).toList();
    }

    /** The obligations that were started and have no outcome, oldest first. */
    public List<Obligation> inDoubt() {
        return open.values().stream().filter(Obligation::inDoubt).toList();
    }

    private Obligations with(Obligation duty) {
        Map<String, Obligation> all = new LinkedHashMap<>(open);
        all.put(duty.id(), duty);
        return new Obligations(all);
    }
}
