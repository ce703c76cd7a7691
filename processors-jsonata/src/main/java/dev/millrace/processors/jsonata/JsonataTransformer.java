package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
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
 * A processor that derives events from events. {@code jsonata-transformer-configured} adds a transformer to a stream.
 * Each event, also the configuring one, is passed to the transformers in the order in which they were first configured.
 * Input of the matcher and the transform is the whole event in its wire format. If the matcher is true in JSONata's
 * sense, the result of the transform is appended to the same stream.
 *
 * <p>One event and one transformer give at most one derived event, also after a crash. Transformers see derived events
 * too. A chain of derivations that is longer than allowed is a loop: the processor appends an error event and pauses
 * the stream. Each failure becomes one {@code error-occurred} event; transformers ignore it, and the others continue.
 *
 * <p>Stateless and thread-safe. Expressions are evaluated on {@link EvaluationThreads}.
 *
 * @since 0.1
 */
public final class JsonataTransformer implements Processor<TransformerState> {
    /** The slug, and the provider name on servers. */
    public static final String SLUG = "jsonata-transformer";

    /**
     * The default limit for a chain of derived events. The circuit breaker trips at 100 events in under one second, so
     * on a fast machine it usually trips first.
     */
    public static final int MOST_DERIVATIONS = 128;

    private static final EventCatalog EVENTS = EventCatalog.of(TransformerEvent.class);

    private final int mostDerivations;
    private final PayloadCheck payloads;
    private final ProjectSlug project;

    /** A processor with the limit {@link #MOST_DERIVATIONS}. */
    public JsonataTransformer() {
        this(MOST_DERIVATIONS);
    }

    /**
     * A processor with a given limit.
     *
     * @param mostDerivations the longest allowed chain of derived events, 1 or more
     */
    public JsonataTransformer(int mostDerivations) {
        this(mostDerivations, PayloadCheck.NONE, ProjectSlug.defaultProject());
    }

    /** As {@link #JsonataTransformer(int)}; records a failure for a result that the host would refuse. */
    JsonataTransformer(int mostDerivations, PayloadCheck payloads, ProjectSlug project) {
        if (mostDerivations < 1) {
            throw new IllegalArgumentException("mostDerivations must be positive, got " + mostDerivations);
        }
        this.mostDerivations = mostDerivations;
        this.payloads = payloads;
        this.project = project;
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
            return state.with(
                    configured.slug(),
                    new Transformer(configured.matcher(), configured.transform(), configured.mayControl()));
        }
        return event.payload() instanceof TransformerEvent.Removed removed ? state.without(removed.slug()) : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(TransformerState state, Event event, Effects<TransformerState> effects) {
        if (state.transformersBySlug().isEmpty() || DerivationMetadata.isNotice(event)) {
            return Effects.none();
        }
        JsonNode json = JsonCodec.toTree(event);
        Executor threads = EvaluationThreads.of(project, effects.path());
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

    /** Records a permanent refusal by the service as a failure; the runner retries after all other failures. */
    private CompletionStage<Void> append(
            EventInput event, String slug, Event source, Effects<TransformerState> effects) {
        return effects.append(EventDraft.of(event).named("from/" + slug).withForeignKey())
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
