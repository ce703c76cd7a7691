package dev.millrace.core.internal.append;

import dev.millrace.core.Event;
import dev.millrace.core.Provenance;
import dev.millrace.core.internal.run.RunnerOptions;
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

    /** True if an append because of this event is refused: the chain up to it is already longer than allowed. */
    boolean isBeyondLimit() {
        return depth > RunnerOptions.MOST_DEPTH || hops > RunnerOptions.MOST_HOPS;
    }

    /** The cause of a failure event, which continues the chain but is itself within the limits. */
    Cause ofFailure() {
        return new Cause(
                offset, Math.min(depth, RunnerOptions.MOST_DEPTH - 1), Math.min(hops, RunnerOptions.MOST_HOPS));
    }
}
