package dev.millrace.examples.outbox;

import dev.millrace.core.processor.Obligations;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is to be sent.
 *
 * @param duties which letters are owed
 * @param letters what is in those that are
 */
public record OutboxState(Obligations duties, Map<String, LetterEvent.Requested> letters) {
    /** Keeps a copy. */
    public OutboxState {
        letters = Map.copyOf(letters);
    }

    static OutboxState empty() {
        return new OutboxState(Obligations.none(), Map.of());
    }

    /** The same with other duties, and no letters that nobody is owed any more. */
    OutboxState with(Obligations next) {
        Map<String, LetterEvent.Requested> open = new LinkedHashMap<>(letters);
        open.keySet().removeIf(id -> !next.isOpen(id));
        return new OutboxState(next, open);
    }

    OutboxState plus(LetterEvent.Requested letter, Obligations next) {
        Map<String, LetterEvent.Requested> more = new LinkedHashMap<>(letters);
        more.putIfAbsent(letter.id(), letter);
        return new OutboxState(next, more);
    }
}
