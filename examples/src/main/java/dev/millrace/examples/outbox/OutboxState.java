package dev.millrace.examples.outbox;

import dev.millrace.core.processor.Obligations;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The letters to send.
 *
 * @param duties the obligations to send them
 * @param letters the letters of the open obligations, by id
 */
public record OutboxState(Obligations duties, Map<String, LetterEvent.Requested> letters) {
    public OutboxState {
        letters = Map.copyOf(letters);
    }

    static OutboxState empty() {
        return new OutboxState(Obligations.none(), Map.of());
    }

    /** The same state with other obligations, without the letters whose obligation is no longer open. */
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
