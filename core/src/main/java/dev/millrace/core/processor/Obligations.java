package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a processor still has to do, as part of its state: fold the events of a request, a start and an outcome into it, and
 * let a {@link ObligationRunner} do what is owed. An immutable value that JSON can carry.
 *
 * @param open what is not settled, by id, in the order of the requests
 */
public record Obligations(Map<String, Obligation> open) {
    private static final Obligations NONE = new Obligations(Map.of());

    /** Keeps a copy in the same order. */
    public Obligations {
        open = Collections.unmodifiableMap(new LinkedHashMap<>(open));
    }

    /** Nothing is owed. */
    public static Obligations none() {
        return NONE;
    }

    /** It was requested by this event. While one of the same id is open, that one stands and nothing changes. */
    public Obligations requested(String id, Event request) {
        return requested(id, request, Optional.empty());
    }

    /** As {@link #requested(String, Event)}; from the given moment on it is not worth starting. */
    public Obligations requested(String id, Event request, Instant expiresAt) {
        return requested(id, request, Optional.of(expiresAt));
    }

    private Obligations requested(String id, Event request, Optional<Instant> expiresAt) {
        return open.containsKey(id) ? this : with(new Obligation(id, request.offset(), expiresAt, 0));
    }

    /** It was started, perhaps once more. What is not open is not changed. */
    public Obligations started(String id) {
        Obligation known = open.get(id);
        return known == null ? this : with(known.startedOnceMore());
    }

    /** It has an outcome, whichever: done, failed, expired, unknown. The first one counts. */
    public Obligations settled(String id) {
        if (!open.containsKey(id)) {
            return this;
        }
        Map<String, Obligation> rest = new LinkedHashMap<>(open);
        rest.remove(id);
        return new Obligations(rest);
    }

    /** Whether it was requested and not settled. */
    public boolean isOpen(String id) {
        return open.containsKey(id);
    }

    /** What was requested and never started, oldest first. */
    public List<Obligation> owed() {
        return open.values().stream().filter(duty -> !duty.inDoubt()).toList();
    }

    /** What was started and has no outcome, oldest first. */
    public List<Obligation> inDoubt() {
        return open.values().stream().filter(Obligation::inDoubt).toList();
    }

    private Obligations with(Obligation duty) {
        Map<String, Obligation> all = new LinkedHashMap<>(open);
        all.put(duty.id(), duty);
        return new Obligations(all);
    }
}
