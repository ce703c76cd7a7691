package dev.millrace.core.internal.append;

import dev.millrace.core.Event;
import dev.millrace.core.Provenance;
import java.util.Optional;

/** The causing event of an append: its offset and the length of its chain of reactions. */
record Cause(long offset, int depth, int hops) {
    static Cause of(Event event) {
        Optional<Provenance> provenance = event.provenance();
        return new Cause(
                event.offset(),
                provenance.map(Provenance::depth).orElse(0),
                provenance.map(Provenance::hops).orElse(0));
    }
}
