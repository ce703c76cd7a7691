package dev.millrace.core.internal.append;

import dev.millrace.core.Event;
import dev.millrace.core.Provenance;
import java.util.Optional;

/** The event behind an append: where it stands, and how long the chain of reactions behind it is. */
record Cause(long offset, int depth, int hops) {
    static Cause of(Event event) {
        Optional<Provenance> provenance = event.provenance();
        return new Cause(
                event.offset(),
                provenance.map(Provenance::depth).orElse(0),
                provenance.map(Provenance::hops).orElse(0));
    }
}
