package dev.millrace.core.processor;

import dev.millrace.core.EventInput;
import java.util.Optional;

/**
 * An event that a processor wants to append, with its target stream and its cause.
 *
 * @param input the event; if it has no idempotency key, the runner computes one from the cause
 * @param to the target stream, relative to the processor's own: {@code .} (the default), {@code ./child}, {@code
 *     ../sibling} or an absolute path
 * @param name distinguishes several appends of one event type with the same cause
 * @param because the causing event, if it is not the event that the processor was called for
 * @param foreignKey whether the key of the input was not chosen by the processor; see {@link #withForeignKey}
 * @since 0.1
 */
public record EventDraft(
        EventInput input, String to, Optional<String> name, Optional<CausingOffset> because, boolean foreignKey) {
    /**
     * An event draft for the processor's own stream.
     *
     * @param payload an object of a class with {@code @EventName}, an {@link EventInput}, or a draft
     */
    public static EventDraft of(Object payload) {
        if (payload instanceof EventDraft draft) {
            return draft;
        }
        EventInput input = payload instanceof EventInput given ? given : EventInput.of(payload);
        return new EventDraft(input, ".", Optional.empty(), Optional.empty(), false);
    }

    /** The same draft for another stream. */
    public EventDraft to(String target) {
        return new EventDraft(input, target, name, because, foreignKey);
    }

    /** The same draft with a name; two appends of the same type from one cause need different names. */
    public EventDraft named(String newName) {
        return new EventDraft(input, to, Optional.of(newName), because, foreignKey);
    }

    /** The same draft, caused by this event of the processor's own stream. */
    public EventDraft because(long offset) {
        return new EventDraft(input, to, name, Optional.of(new CausingOffset(offset)), foreignKey);
    }

    /**
     * The same draft, if its idempotency key comes from outside, for example from a script or an event. The key is then
     * apart from the keys that processors compute or choose: it only meets other such keys of the same processor.
     */
    public EventDraft withForeignKey() {
        return new EventDraft(input, to, name, because, true);
    }

    /** The same draft with another input. */
    public EventDraft with(EventInput other) {
        return new EventDraft(other, to, name, because, foreignKey);
    }
}
