package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.jsonata.EvaluationThreads;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Derives events from events by the JSONata rules that {@code jsonata-transformer-configured} puts on a stream. For every
 * event, the configuring one included, each transformer's matcher looks at the whole event as it is on the wire, in the order
 * in which the transformers were first configured; where it is true in JSONata's sense, the transform answers the event to
 * append to the same stream.
 *
 * <p>One event and one transformer make one derived event ever, whatever crashes in between. Derived events are looked at
 * like any other; a chain longer than allowed is a loop, and ends with an error event and a pause. What fails becomes one
 * {@code error-occurred} for each event and transformer, keeps no other transformer from its work, and is itself not looked at.
 *
 * <p>Stateless and safe for use by many threads. Expressions are evaluated on threads of their own.
 */
public final class JsonataTransformer implements Processor<TransformerState> {
    /** The slug, and the name under which servers know it. */
    public static final String SLUG = "jsonata-transformer";

    /**
     * How long a chain of derived events may be unless somebody says otherwise. The circuit breaker trips at 100 events within
     * a second, so where it is on and the machine is quick it comes first.
     */
    public static final int MOST_DERIVATIONS = 128;

    private static final EventCatalog EVENTS = EventCatalog.of(TransformerEvent.class);

    private final int mostDerivations;
    private final PayloadCheck payloads;
    private final Executor threads;

    /** A transformer with the default depth. */
    public JsonataTransformer() {
        this(MOST_DERIVATIONS);
    }

    /**
     * A transformer.
     *
     * @param mostDerivations how many transformers in a row may lead to an event, 1 or more
     */
    public JsonataTransformer(int mostDerivations) {
        this(mostDerivations, PayloadCheck.NONE);
    }

    /** As {@link #JsonataTransformer(int)}; what the host refuses is a failure of the transform, and is not appended. */
    JsonataTransformer(int mostDerivations, PayloadCheck payloads) {
        if (mostDerivations < 1) {
            throw new IllegalArgumentException("mostDerivations must be positive, got " + mostDerivations);
        }
        this.mostDerivations = mostDerivations;
        this.payloads = payloads;
        this.threads = EvaluationThreads.shared();
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public TransformerState initialState() {
        return TransformerState.none();
    }

    @Override
    public TransformerState reduce(TransformerState state, Event event) {
        if (event.payload() instanceof TransformerEvent.Configured configured) {
            return state.with(configured.slug(), new Transformer(configured.matcher(), configured.transform()));
        }
        return event.payload() instanceof TransformerEvent.Removed removed ? state.without(removed.slug()) : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(TransformerState state, Event event, Effects<TransformerState> effects) {
        if (state.transformersBySlug().isEmpty() || DerivationMetadata.isNotice(event)) {
            return Effects.none();
        }
        JsonNode json = JsonCodec.toTree(event);
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (Map.Entry<String, Transformer> each : state.transformersBySlug().entrySet()) {
            all = all.thenApplyAsync(
                            before -> DerivationResult.of(
                                    each.getKey(), each.getValue(), event, json, mostDerivations, payloads),
                            threads)
                    .thenCompose(derivation -> append(derivation, each.getKey(), event, effects));
        }
        return all;
    }

    private CompletionStage<Void> append(
            DerivationResult derivation, String slug, Event source, Effects<TransformerState> effects) {
        if (derivation.failure().isPresent()) {
            return record(derivation.failure().get(), effects);
        }
        return derivation.event().isEmpty()
                ? Effects.none()
                : append(derivation.event().get(), slug, source, effects);
    }

    /** What the service refuses for good is the transformer's failure; anything else is tried again by the runner. */
    private CompletionStage<Void> append(
            EventInput event, String slug, Event source, Effects<TransformerState> effects) {
        return effects.append(EventDraft.of(event).named("from/" + slug))
                .thenApply(appended -> Optional.<DerivationFailure>empty())
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    if (cause instanceof StreamException refused
                            && !refused.isRetryable()
                            && refused.code() != StreamException.Code.PAUSED) {
                        return Optional.of(
                                new DerivationFailure(slug, source, "append", String.valueOf(refused.getMessage())));
                    }
                    throw new CompletionException(cause);
                })
                .thenCompose(failure -> failure.isEmpty() ? Effects.none() : record(failure.get(), effects));
    }

    private CompletionStage<Void> record(DerivationFailure failure, Effects<TransformerState> effects) {
        CompletionStage<?> recorded =
                effects.append(EventDraft.of(failure.record()).named("failed/" + failure.transformer()));
        if (!failure.stage().equals("depth")) {
            return Effects.done(recorded);
        }
        StreamEvent.Paused paused = new StreamEvent.Paused(Optional.of("jsonata transformer '" + failure.transformer()
                + "' loops: " + failure.why() + "; remove it or change its matcher after the resume"));
        return Effects.done(recorded.thenCompose(
                done -> effects.append(EventDraft.of(paused).named("loop/" + failure.transformer()))));
    }
}
