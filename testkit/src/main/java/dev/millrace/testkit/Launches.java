package dev.millrace.testkit;

import dev.millrace.core.processor.Attempt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Which attempts a processor launched, and which of them were cancelled. Safe for use by many threads. */
final class Launches {
    private final Set<Attempt<?>> attempts = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> launched = new ArrayList<>();
    private final List<String> cancelled = new ArrayList<>();
    private boolean over;

    /** Takes note of what a launch gave; the same attempt again is no launch. */
    void note(Attempt<?> attempt) {
        synchronized (this) {
            if (over || !attempts.add(attempt)) {
                return;
            }
            launched.add(attempt.name());
        }
        attempt.onCancel(() -> noteCancelled(attempt.name()));
    }

    private synchronized void noteCancelled(String name) {
        if (!over) {
            cancelled.add(name);
        }
    }

    /** From here on everything is cancelled because the run ends, which is nobody's doing. */
    synchronized void end() {
        over = true;
    }

    /** The names of the attempts, in the order in which they were launched. */
    synchronized List<String> launched() {
        return List.copyOf(launched);
    }

    /** The names of the attempts that were cancelled or superseded, in that order. */
    synchronized List<String> cancelled() {
        return List.copyOf(cancelled);
    }
}
