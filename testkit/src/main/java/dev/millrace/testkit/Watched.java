package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletionStage;

/**
 * A processor whose launches are noted.
 *
 * @param processor does everything
 * @param launches where launches are noted
 * @param <S> the state
 */
record Watched<S>(Processor<S> processor, Launches launches) implements Processor<S> {
    @Override
    public String slug() {
        return processor.slug();
    }

    @Override
    public int version() {
        return processor.version();
    }

    @Override
    public EventCatalog events() {
        return processor.events();
    }

    @Override
    public S initialState() {
        return processor.initialState();
    }

    @Override
    public S reduce(S state, Event event) {
        return processor.reduce(state, event);
    }

    @Override
    public CompletionStage<Void> afterAppend(S state, Event event, Effects effects) {
        return processor.afterAppend(state, event, new WatchedEffects(effects, this));
    }

    @Override
    public CompletionStage<Void> onCaughtUp(S state, Effects effects) {
        return processor.onCaughtUp(state, new WatchedEffects(effects, this));
    }

    /** What the runner knows under the name of this processor: the runner runs this one, not the one it stands for. */
    @SuppressWarnings("unchecked") // it has the state of the processor it stands for
    <T> Processor<T> inPlaceOf(Processor<T> asked) {
        boolean isSubject =
                asked == processor || (processor instanceof Seeded<S> seeded && asked == seeded.processor());
        return isSubject ? (Processor<T>) this : asked;
    }
}
