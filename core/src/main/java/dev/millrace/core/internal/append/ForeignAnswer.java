package dev.millrace.core.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.util.Comparator;
import java.util.Optional;

/**
 * The check that the answer to a processor's append is the event that it appended: of the same processor, with the same
 * type and payload, unless it said that they may differ. If another event is stored under its key, the processor's event is not in the log, so the append has failed.
 */
public final class ForeignAnswer {
    /** Compares numbers by value: 1, 1.0 and 1e0 are equal. */
    private static final Comparator<JsonNode> AS_VALUES =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private ForeignAnswer() {}

    /** Whether type and payload are equal. Metadata may differ: another version of the processor has other ones. */
    private static boolean hasContent(EventInput input, Event stored) {
        return input.type().strip().equals(stored.type()) && input.payload().equals(AS_VALUES, stored.payloadJson());
    }

    /** What is wrong with the answer; empty if the event is the processor's, or if no processor appended it. */
    static Optional<StreamException> to(StreamPath target, EventInput input, boolean differing, AppendResult appended) {
        Optional<String> slug = input.metadata().flatMap(Provenance::processorOf);
        Event stored = appended.event();
        if (slug.isEmpty()) {
            return Optional.empty();
        }
        if (isClaimed(stored)) {
            return Optional.of(withoutProcess(slug.get(), stored, target));
        }
        boolean isOwn = !appended.replayed()
                || (processorOf(stored).equals(slug)
                        && (differing || !appended.diverged() || hasContent(input, stored)));
        return isOwn ? Optional.empty() : Optional.of(taken(slug.get(), target, input, stored));
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

    /** The failure of an append whose key somebody else has taken. */
    public static StreamException taken(String slug, StreamPath target, EventInput input, Event stored) {
        boolean isNamesake = processorOf(stored).filter(slug::equals).isPresent();
        String author = processorOf(stored).map(other -> "of '" + other + "'").orElse("without a processor")
                + (isNamesake ? " with other content" : "");
        return new StreamException(
                Code.CONFLICT,
                target,
                "append of " + input.type() + " by '" + slug + "' to " + target + " is not stored: its key '"
                        + input.idempotencyKey().orElse("") + "' is taken by " + target + "@" + stored.offset()
                        + ", which is " + stored.type() + " " + author
                        + "; find out who appended that, and cause the effect again with a new event"
                        + (isNamesake
                                ? "; if another run of this processor may make other content, use EventDraft.mayDiffer()"
                                : ""));
    }

    private static Optional<String> processorOf(Event event) {
        return event.metadata().flatMap(Provenance::processorOf);
    }
}
