package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventType;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamEvent.Paused;
import dev.millrace.core.StreamEvent.Resumed;
import dev.millrace.core.StreamException;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A processor that pauses a runaway stream: it appends {@code paused}. It never resumes a stream; a caller has to
 * append {@code resumed}, which restarts the count and does not count itself.
 *
 * <p>By default it trips at 100 events in under 1000 ms, and at 500 events of alternating types in 60 s: events without
 * provenance that have another type than the event before, and come within one second of it. The event {@code
 * circuit-breaker-configured} can switch it off ({@code enabled: false}), replace the first rule by a token bucket
 * ({@code burstCapacity} and {@code refillRatePerMinute}), change the second rule ({@code alternation: {count,
 * seconds}}), give event types {@code weights} other than 1, and limit chains of reactions ({@code maxHops} across
 * streams, default 64; {@code maxDepth} in total, default 1000). With {@code repetition: {count}} it also trips if a
 * tool was called that many times in a row with the same arguments and the same result. Each configuration replaces the
 * previous one and restarts the counts. Events of the service itself never count. {@code llm-chunk-added}, {@code
 * tool-call-started}, {@code tool-call-progressed} and the records of pushed events ({@code millrace/delivery-...})
 * weigh 0 unless configured, if a processor wrote them; those of other callers weigh 1.
 *
 * <p>Only the reducer decides, from offsets and {@link Event#createdAt()}. Stateless and thread-safe.
 *
 * @since 0.1
 */
public final class CircuitBreaker implements Processor<CircuitBreakerState> {
    /** The slug, and the provider name on servers. */
    public static final String SLUG = "circuit-breaker";

    private static final EventCatalog EVENTS =
            EventCatalog.of(Paused.class, Resumed.class, CircuitBreakerConfigured.class, StreamConfigured.class);
    private static final EventType INITIALIZED = EventType.of(StreamEvent.Initialized.class);
    private static final String SYSTEM_KEY = "millrace/";

    private final CircuitBreakerState initial;

    /** A breaker with the default rules. */
    public CircuitBreaker() {
        this(BreakerRules.DEFAULT);
    }

    CircuitBreaker(BreakerRules rules) {
        this.initial = CircuitBreakerState.initial(rules);
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public int version() {
        return 2;
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public CircuitBreakerState initialState() {
        return initial;
    }

    @Override
    public CircuitBreakerState reduce(CircuitBreakerState state, Event event) {
        Instant at = event.createdAt().truncatedTo(ChronoUnit.MILLIS);
        if (event.payload() instanceof Paused paused) {
            return state.pause(paused.reason(), at);
        }
        if (event.payload() instanceof Resumed) {
            return state.resume(at);
        }
        if (event.payload() instanceof CircuitBreakerConfigured configured) {
            return state.configure(BreakerRules.of(configured), at);
        }
        if (event.payload() instanceof StreamConfigured configured) {
            return configured
                    .circuitBreaker()
                    .map(breaker -> state.configure(BreakerRules.of(breaker), at))
                    .orElse(state);
        }
        if (!state.rules().enabled() || state.paused() || isOfTheService(event)) {
            return state;
        }
        BreakerRules rules = state.rules();
        String type = EventType.canonical(event.type());
        double weight = rules.weight(event, type);
        RateMeter meter = state.meter().count(at, weight);
        RepeatedToolCalls rounds =
                rules.repetition().isPresent() ? state.rounds().after(event) : state.rounds();
        boolean isOfUnknownChain = rules.isOfUnknownChain(event, weight);
        boolean isAlternation = isOfUnknownChain && state.alternation().isAlternation(type, at);
        AlternatingTypes alternation =
                isOfUnknownChain ? state.alternation().after(type, at, rules.alternation()) : state.alternation();
        Optional<PendingTrip> owed = state.tripped().filter(trip -> at.isBefore(trip.lapsesAt()));
        if (owed.isEmpty()) {
            owed = rules.chainTooLong(event)
                    .or(() -> weight > 0 ? meter.exceeded() : Optional.empty())
                    .or(() -> isAlternation ? alternation.exceeded(rules.alternation()) : Optional.empty())
                    .or(() -> rules.repetition().flatMap(rounds::exceeded))
                    .map(found -> new PendingTrip(event.offset(), found.reason(), found.evidence(), at));
        }
        return state.measured(meter, rounds, alternation, owed);
    }

    /** Child announcements and the first event of a stream are written by the service. */
    private static boolean isOfTheService(Event event) {
        return event.idempotencyKey().filter(key -> key.startsWith(SYSTEM_KEY)).isPresent()
                || INITIALIZED.matches(event.type());
    }

    /** Pauses if this event tripped the breaker and the stream is not paused yet. */
    @Override
    public CompletionStage<Void> afterAppend(
            CircuitBreakerState state, Event event, Effects<CircuitBreakerState> effects) {
        boolean isOwn =
                state.tripped().filter(trip -> trip.offset() == event.offset()).isPresent();
        Delivery delivery = effects.delivery();
        return isOwn ? pause(delivery.catchingUp() || delivery.behind() == 0, effects) : Effects.none();
    }

    /** Pauses if the log ends in a trip without a pause that has not lapsed. */
    @Override
    public CompletionStage<Void> onCaughtUp(CircuitBreakerState state, Effects<CircuitBreakerState> effects) {
        return pause(true, effects);
    }

    /** Ignores the refusal of a stream that another caller has already paused; rethrows every other failure. */
    private static Void unlessPausedAnyway(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StreamException refused && refused.code() == StreamException.Code.PAUSED) {
            return null;
        }
        throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
    }

    /**
     * Pauses the stream for the newest trip. An effect can begin long after its event, so a trip that has lapsed by the
     * clock is dropped, except while newer events of a live stream wait: those say that the stream is still running.
     */
    private CompletionStage<Void> pause(boolean mayHaveLapsed, Effects<CircuitBreakerState> effects) {
        CircuitBreakerState current = effects.current();
        Optional<PendingTrip> inForce =
                current.tripped().filter(trip -> !mayHaveLapsed || effects.now().isBefore(trip.lapsesAt()));
        if (inForce.isEmpty() || current.paused()) {
            return Effects.none();
        }
        PendingTrip trip = inForce.get();
        EventInput pause = EventInput.builder()
                .from(EventInput.of(new Paused(Optional.of(trip.reason()))))
                .metadata(JsonNodeFactory.instance.objectNode().set("circuitBreaker", trip.evidence()))
                .build();
        return Effects.done(effects.append(EventDraft.of(pause).because(trip.offset())))
                .exceptionally(CircuitBreaker::unlessPausedAnyway);
    }
}
