package dev.millrace.core.processor;

import dev.millrace.core.EventInput;
import java.util.Optional;

/**
 * An append as a processor writes it: an event, and how it relates to the event that caused it.
 *
 * @param input the event; without an idempotency key of its own it gets the derived one
 * @param to the target stream, relative to the processor's own: {@code .} (the default), {@code ./child}, {@code
 *     ../sibling} or an absolute path
 * @param name tells apart several appends of one event type that one event causes
 * @param because the causing event, where it is not the one being handled
 */
public record EventDraft(EventInput input, String to, Optional<String> name, Optional<CausingOffset> because) {
    /**
     * A draft for the processor's own stream.
     *
     * @param payload an object of a class with {@code @EventName}, an {@link EventInput}, or a draft
     */
    public static EventDraft of(Object payload) {
        if (payload instanceof EventDraft draft) {
            return draft;
        }
        EventInput input = payload instanceof EventInput given ? given : EventInput.of(payload);
        return new EventDraft(input, ".", Optional.empty(), Optional.empty());
    }

    /** The same draft for another stream. */
    public EventDraft to(String target) {
        return new EventDraft(input, target, name, because);
    }

    /** The same draft under a name; two appends of the same type from one cause need different names. */
    public EventDraft named(String newName) {
        return new EventDraft(input, to, Optional.of(newName), because);
    }

    /** The same draft, caused by this event of the processor's own stream. */
    public EventDraft because(long offset) {
        return new EventDraft(input, to, name, Optional.of(new CausingOffset(offset)));
    }
}
