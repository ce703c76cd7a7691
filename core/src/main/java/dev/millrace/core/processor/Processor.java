package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A component that reacts to the events of a stream: a pure function computes a state from the events, and effects
 * follow from the state.
 *
 * <p>{@link #reduce} gets every event, in offset order, once for each run over the log, and only computes the next
 * state. Effects happen only in {@link #afterAppend} and {@link #onCaughtUp}, after the event is durable, and never for
 * events that were acted on before. One instance may serve many streams at once; keep the data of a stream in its
 * state.
 *
 * @param <S> the state: immutable; for snapshots and replay tests it must be possible to write it as JSON
 * @since 0.1
 */
public interface Processor<S> {
    /** The processor's name in keys, provenance and progress: {@code a-z 0-9 - _ .}, the same in all versions. */
    String slug();

    /** The version of {@link #reduce}: raise it with each change. Then the states are computed again from the log. */
    default int version() {
        return 1;
    }

    /**
     * The length of the lease under which this processor has to run; empty by default: it needs no lease. A processor
     * names one if two processes must not act at the same time, for example because the second one would take the
     * unfinished work of the first one for lost. Runners then take a lease, as with {@link
     * dev.millrace.core.runner.ProcessorRunner.Builder#exclusive(Duration)}; their builders can set another length, or
     * run the processor without a lease.
     *
     * @return how long a lease lasts without renewal, at least 1 s; the same in all processes. 10 s is usual
     */
    default Optional<Duration> lease() {
        return Optional.empty();
    }

    /** The event types whose payloads are decoded for this processor; all others arrive as {@link dev.millrace.core.UnknownPayload}. */
    default EventCatalog events() {
        return EventCatalog.empty();
    }

    /** The state before the first event. */
    S initialState();

    /**
     * Computes the next state. Pure: the result depends only on the two arguments, and neither is changed. Take times
     * from {@link Event#createdAt()}. Return the same instance if the event changes nothing.
     *
     * <p>If it throws, this processor halts on this stream, because its state is not reliable any more.
     */
    S reduce(S state, Event event);

    /**
     * Acts on one event. Called in offset order, one event at a time, with the state after that event.
     *
     * @return a stage that ends when the effect is done. Until then the event is not acknowledged, and after a crash it
     *     is delivered again. Keep it short; for long work use {@link Effects#launch}
     */
    default CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return Effects.none();
    }

    /**
     * Starts the work that the state shows as unfinished. Called once each time the runner has caught up, after the
     * start and after every reconnect, even if there were no new events; called again only if it failed.
     *
     * @param state the newest state, after the effects of the events before: it includes what they appended to this
     *     stream
     * @param effects there is no event of this call, so every append and launch must name its {@link CausingOffset}
     */
    default CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return Effects.none();
    }

    /**
     * Starts to build a processor from functions.
     *
     * @param slug as {@link #slug()}
     * @param initialState as {@link #initialState()}
     */
    static <S> ProcessorBuilder<S> builder(String slug, S initialState) {
        return new ProcessorBuilder<>(slug, initialState);
    }
}
