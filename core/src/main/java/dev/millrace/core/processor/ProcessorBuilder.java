package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.time.Duration;
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
 * A builder of a processor from functions. Each function replaces one method of {@link Processor} and has to follow the
 * same rules: reductions are pure; effects run after the event is durable. Not safe for use by many threads; the
 * processor that it builds is.
 *
 * @param <S> the state
 * @since 0.1
 */
public final class ProcessorBuilder<S> {
    /**
     * An effect.
     *
     * @param <S> the state
     * @param <E> the payload or event that it acts on
     */
    @FunctionalInterface
    public interface Effect<S, E> {
        /** Acts; the effect is done when the returned stage ends. The value of the stage is ignored. */
        CompletionStage<?> act(S state, E about, Effects<S> effects);
    }

    private final String slug;
    private final S initialState;
    private final Set<Class<?>> families = new LinkedHashSet<>();
    private final List<BiFunction<S, Event, S>> reductions = new ArrayList<>();
    private Optional<EventCatalog> catalog = Optional.empty();
    private int version = 1;
    private Optional<Duration> lease = Optional.empty();
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

    /**
     * The length of the lease under which the processor has to run, as {@link Processor#lease()}; none by default.
     *
     * @param length at least 1 s
     */
    public ProcessorBuilder<S> lease(Duration length) {
        lease = Optional.of(length);
        return this;
    }

    /** The catalog that decodes payloads; by default one of the classes that {@link #on} and {@link #after} name. */
    public ProcessorBuilder<S> events(EventCatalog events) {
        catalog = Optional.of(events);
        return this;
    }

    /**
     * The next state for events with a payload of a class. Reductions apply in the given order, each to the result of
     * the one before.
     *
     * @param payload a payload class, or a sealed family
     */
    public <E> ProcessorBuilder<S> on(Class<E> payload, BiFunction<S, ? super E, S> reduction) {
        families.add(payload);
        reductions.add((state, event) ->
                payload.isInstance(event.payload()) ? reduction.apply(state, payload.cast(event.payload())) : state);
        return this;
    }

    /** The next state for every event, in one order with the reductions of {@link #on}. */
    public ProcessorBuilder<S> onEvent(BiFunction<S, Event, S> reduction) {
        reductions.add(reduction);
        return this;
    }

    /**
     * The effect of events with a payload of a class.
     *
     * @throws IllegalStateException if there is an effect already; for several cases use one {@link #afterEvent}
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
     * @throws IllegalStateException if there is an effect already
     */
    public ProcessorBuilder<S> afterEvent(Effect<S, Event> newEffect) {
        if (effect != null) {
            throw new IllegalStateException("'" + slug
                    + "' already has an effect: call after(…) or afterEvent(…) only once. For several cases use afterEvent"
                    + " and switch on event.payload() inside it.");
        }
        effect = newEffect;
        return this;
    }

    /** Starts unfinished work, as {@link Processor#onCaughtUp}; nothing by default. */
    public ProcessorBuilder<S> onCaughtUp(BiFunction<S, Effects<S>, CompletionStage<?>> look) {
        caughtUp = look;
        return this;
    }

    /** @throws IllegalArgumentException if a class given to {@link #on} or {@link #after} is not a payload class */
    public Processor<S> build() {
        EventCatalog events = catalog.orElseGet(() -> EventCatalog.of(families.toArray(Class<?>[]::new)));
        Processor<S> built =
                new FunctionalProcessor<>(slug, version, lease, events, initialState, List.copyOf(reductions));
        if (effect != null) {
            built = new FunctionalProcessor.Acting<>(built, effect);
        }
        return caughtUp != null ? new FunctionalProcessor.CatchingUp<>(built, caughtUp) : built;
    }
}
