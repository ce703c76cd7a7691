package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.util.concurrent.CompletionStage;

/**
 * Something that reacts to a stream: a pure fold of its events, and effects that follow from the fold.
 *
 * <p>{@link #reduce} sees every event, in offset order, once for each run over the log, and decides nothing but the next
 * state. Effects happen only in {@link #afterAppend} and {@link #onCaughtUp}, after the event is durable, and never for
 * history that was already acted upon. One instance may serve many streams at once; keep per-stream data in the state.
 *
 * @param <S> the state: immutable, and for snapshots and replay tests something JSON can carry
 */
public interface Processor<S> {
    /** The processor's name in keys, provenance and progress: {@code a-z 0-9 - _ .}, stable across versions. */
    String slug();

    /** Raise it whenever {@link #reduce} changes; folds of another version are thrown away and made again. */
    default int version() {
        return 1;
    }

    /** The event types whose payloads this processor wants decoded; everything else arrives as {@code Unknown}. */
    default EventCatalog events() {
        return EventCatalog.empty();
    }

    /** The state before the first event. */
    S initialState();

    /**
     * The next state. Pure: nothing but the two arguments may influence the result, time comes from {@link
     * Event#createdAt()}, and neither argument is changed. Return the same instance for an event that changes nothing.
     *
     * <p>A reducer that throws halts this processor on this stream, because its state can no longer be trusted.
     */
    S reduce(S state, Event event);

    /**
     * Acts on one event. Called in offset order, one event at a time, with the state as of that event.
     *
     * @return a stage that ends when the effect is done; until then the event counts as unacknowledged and is delivered
     *     again after a crash. Keep it short; what takes long goes into {@link Effects#launch}
     */
    default CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return Effects.none();
    }

    /**
     * Looks at what is owed. Called once each time the runner has caught up, after start and after every reconnect, also
     * when nothing relevant was in the backlog; again only when it failed.
     *
     * @param state the newest state when the call is made, after the effects of the backlog: it knows what they appended to
     *     their own stream, so that what they settled is not owed any more
     * @param effects there is no source event here, so every append and launch must say {@link CausingOffset because}
     */
    default CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return Effects.none();
    }

    /**
     * Begins a small processor that is made of functions, without a class of its own.
     *
     * @param slug as {@link #slug()}
     * @param initialState as {@link #initialState()}
     */
    static <S> ProcessorBuilder<S> builder(String slug, S initialState) {
        return new ProcessorBuilder<>(slug, initialState);
    }
}
