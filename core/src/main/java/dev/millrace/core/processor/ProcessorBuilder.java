package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes a processor of functions. What each of them may do is what the method of {@link Processor} may do in whose place it
 * stands: reductions are pure, effects happen after the event is durable. Not safe for use by many threads; what it builds
 * is.
 *
 * @param <S> the state
 */
public final class ProcessorBuilder<S> {
    /**
     * An effect.
     *
     * @param <S> the state
     * @param <E> what it is about
     */
    @FunctionalInterface
    public interface Effect<S, E> {
        /** Acts; the effect is done when the returned stage is. Whatever the stage gives is not looked at. */
        CompletionStage<?> act(S state, E about, Effects<S> effects);
    }

    private final String slug;
    private final S initialState;
    private final Set<Class<?>> families = new LinkedHashSet<>();
    private final List<BiFunction<S, Event, S>> reductions = new ArrayList<>();
    private Optional<EventCatalog> catalog = Optional.empty();
    private int version = 1;
    private @Nullable Effect<S, Event> effect;
    private @Nullable BiFunction<S, Effects<S>, CompletionStage<?>> caughtUp;

    ProcessorBuilder(String slug, S initialState) {
        this.slug = Objects.requireNonNull(slug, "slug");
        this.initialState = Objects.requireNonNull(initialState, "initialState");
    }

    /** As {@link Processor#version()}; 1 by default. */
    public ProcessorBuilder<S> version(int newVersion) {
        version = newVersion;
        return this;
    }

    /** What payloads are decoded by; by default a catalog of the classes named in {@link #on} and {@link #after}. */
    public ProcessorBuilder<S> events(EventCatalog events) {
        catalog = Optional.of(events);
        return this;
    }

    /**
     * The next state for events whose payload is of a class. Reductions apply in the order in which they were given, each
     * to what the one before it made.
     *
     * @param payload a payload class, or a sealed family of them
     */
    public <E> ProcessorBuilder<S> on(Class<E> payload, BiFunction<S, ? super E, S> reduction) {
        families.add(payload);
        reductions.add((state, event) ->
                payload.isInstance(event.payload()) ? reduction.apply(state, payload.cast(event.payload())) : state);
        return this;
    }

    /** The next state for every event, among the reductions of {@link #on}. */
    public ProcessorBuilder<S> onEvent(BiFunction<S, Event, S> reduction) {
        reductions.add(reduction);
        return this;
    }

    /**
     * The effect of events whose payload is of a class.
     *
     * @throws IllegalStateException when there is an effect already; one that needs several cases is one function of the
     *     event
     */
    public <E> ProcessorBuilder<S> after(Class<E> payload, Effect<S, ? super E> newEffect) {
        families.add(payload);
        return afterEvent((state, event, effects) -> payload.isInstance(event.payload())
                ? newEffect.act(state, payload.cast(event.payload()), effects)
                : Effects.none());
    }

    /**
     * The effect of every event, as {@link Processor#afterAppend}.
     *
     * @throws IllegalStateException when there is an effect already
     */
    public ProcessorBuilder<S> afterEvent(Effect<S, Event> newEffect) {
        if (effect != null) {
            throw new IllegalStateException("'" + slug
                    + "' has an effect already; several would not know what became of one another when one fails");
        }
        effect = newEffect;
        return this;
    }

    /** What is owed, as {@link Processor#onCaughtUp}; nothing by default. */
    public ProcessorBuilder<S> onCaughtUp(BiFunction<S, Effects<S>, CompletionStage<?>> look) {
        caughtUp = look;
        return this;
    }

    /**
     * The processor.
     *
     * @throws IllegalArgumentException when the classes named are no payload classes
     */
    public Processor<S> build() {
        EventCatalog events = catalog.orElseGet(() -> EventCatalog.of(families.toArray(Class<?>[]::new)));
        Effect<S, Event> act = effect;
        BiFunction<S, Effects<S>, CompletionStage<?>> look = caughtUp;
        return new FunctionalProcessor<>(
                slug,
                version,
                events,
                initialState,
                List.copyOf(reductions),
                act != null ? act : (state, event, effects) -> Effects.none(),
                look != null ? look : (state, effects) -> Effects.none());
    }
}
