package dev.millrace.core.internal.append;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.util.Optional;

/**
 * The check that the answer to a processor's append is an event of this processor: if its key was derived, one of the
 * same type with the same cause. Its payload may be another one, because another run of the effect can make it, for
 * example with a model; the first one counts. If another caller stored an event under the key, the processor's event is
 * not in the log, so the append has failed.
 */
public final class ForeignAnswer {
    private ForeignAnswer() {}

    /**
     * What is wrong with the answer; empty if the event is the processor's, or if no processor appended it.
     */
    static Optional<StreamException> to(OutgoingAppend outgoing, AppendResult appended) {
        StreamPath target = outgoing.target();
        EventInput input = outgoing.input();
        Optional<String> slug = input.metadata().flatMap(Provenance::processorOf);
        Event stored = appended.event();
        if (slug.isEmpty()) {
            return Optional.empty();
        }
        if (isClaimed(stored)) {
            return Optional.of(withoutProcess(slug.get(), stored, target));
        }
        boolean isOwn = !appended.replayed()
                || (processorOf(stored).equals(slug) && (!outgoing.derivedKey() || hasSameOrigin(input, stored)));
        return isOwn ? Optional.empty() : Optional.of(taken(slug.get(), target, input, stored));
    }

    private static boolean hasSameOrigin(EventInput input, Event stored) {
        Optional<Provenance> sent = input.metadata().flatMap(Provenance::of);
        return input.type().strip().equals(stored.type())
                && stored.provenance()
                        .filter(origin -> sent.filter(mine -> mine.sourcePath().equals(origin.sourcePath())
                                        && mine.sourceOffset() == origin.sourceOffset())
                                .isPresent())
                        .isPresent();
    }

    /** Whether the service did not accept the provenance of this event. */
    public static boolean isClaimed(Event stored) {
        return stored.metadata().filter(Provenance::isClaimed).isPresent();
    }

    /** The failure of a processor whose token does not allow {@code process}. */
    public static StreamException withoutProcess(String slug, Event stored, StreamPath target) {
        return new StreamException(
                Code.FORBIDDEN,
                target,
                "the token of '" + slug + "' does not allow 'process': the service stored " + stored.type() + " at "
                        + target + "@" + stored.offset()
                        + " as an event of some caller, without provenance; use a token"
                        + " with read, append and process");
    }

    /** The failure of an append whose key another caller has taken. */
    public static StreamException taken(String slug, StreamPath target, EventInput input, Event stored) {
        boolean isNamesake = processorOf(stored).filter(slug::equals).isPresent();
        String author = processorOf(stored).map(other -> "of '" + other + "'").orElse("without a processor")
                + (isNamesake ? " with another type or cause" : "");
        return new StreamException(
                Code.CONFLICT,
                target,
                "append of " + input.type() + " by '" + slug + "' to " + target + " is not stored: its key '"
                        + input.idempotencyKey().orElse("") + "' is taken by " + target + "@" + stored.offset()
                        + ", which is " + stored.type() + " " + author
                        + "; find out who appended that, and cause the effect again with a new event");
    }

    private static Optional<String> processorOf(Event event) {
        return event.metadata().flatMap(Provenance::processorOf);
    }
}
