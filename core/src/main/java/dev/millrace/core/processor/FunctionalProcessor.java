package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** The processor that {@link ProcessorBuilder} builds, without its effects. */
record FunctionalProcessor<S>(
        String slug,
        int version,
        Optional<Duration> lease,
        EventCatalog events,
        S initialState,
        List<BiFunction<S, Event, S>> reductions)
        implements Processor<S> {
    @Override
    public S reduce(S state, Event event) {
        S next = state;
        for (BiFunction<S, Event, S> reduction : reductions) {
            next = reduction.apply(next, event);
        }
        return next;
    }

    @Override
    public String toString() {
        return "processor '" + slug + "' v" + version;
    }

    /** Adds the effect of events. */
    record Acting<S>(Processor<S> delegate, ProcessorBuilder.Effect<S, Event> effect)
            implements ForwardingProcessor<S> {
        @Override
        public CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
            return Effects.done(effect.act(state, event, effects));
        }

        @Override
        public String toString() {
            return delegate.toString();
        }
    }

    /** Adds the effect of a catch-up. */
    record CatchingUp<S>(Processor<S> delegate, BiFunction<S, Effects<S>, CompletionStage<?>> caughtUp)
            implements ForwardingProcessor<S> {
        @Override
        public CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
            return Effects.done(caughtUp.apply(state, effects));
        }

        @Override
        public String toString() {
            return delegate.toString();
        }
    }
}
