package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.hosting.AppendPermission;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.jsonata.EvaluationException;
import dev.millrace.jsonata.EventResultValidator;
import dev.millrace.jsonata.Expression;
import java.util.List;
import java.util.Optional;

/**
 * The result of one transformer for one event: an event to append, a failure to record, or neither if the event does
 * not match.
 */
record DerivationResult(Optional<EventInput> event, Optional<DerivationFailure> failure) {
    private static final DerivationResult NOTHING = new DerivationResult(Optional.empty(), Optional.empty());

    /** Evaluates matcher and transform on the calling thread; both have the time limit of {@link Expression}. */
    static DerivationResult of(
            String slug,
            Transformer transformer,
            Event source,
            JsonNode json,
            int mostDerivations,
            PayloadCheck payloads) {
        String stage = "matcher";
        try {
            if (!Expression.compile(transformer.matcher()).matches(json)) {
                return NOTHING;
            }
            int depth = DerivationMetadata.depth(source);
            if (depth >= mostDerivations) {
                return failed(
                        slug, source, "depth", "the chain of derived events is at its limit of " + mostDerivations);
            }
            stage = "transform";
            Optional<JsonNode> result =
                    Expression.compile(transformer.transform()).evaluate(json);
            if (result.isEmpty()) {
                return failed(slug, source, "result", "the transform returned nothing; it must return an event");
            }
            AppendPermission permission = new AppendPermission(
                    payloads,
                    "jsonata transformer '" + slug + "'",
                    Operation.CONTROL,
                    transformer.mayControl().orElse(false));
            Optional<String> refusal =
                    permission.refusal(result.get().path("type").asText());
            if (refusal.isPresent()) {
                return failed(slug, source, "append", refusal.get());
            }
            List<String> problems = EventResultValidator.problems(result.get(), payloads);
            if (!problems.isEmpty()) {
                return failed(
                        slug, source, "result", "the transform returned no event: " + String.join("; ", problems));
            }
            EventInput derived =
                    DerivationMetadata.derived(EventResultValidator.input(result.get(), payloads), slug, depth);
            return new DerivationResult(Optional.of(derived), Optional.empty());
        } catch (EvaluationException | IllegalArgumentException e) {
            return failed(slug, source, stage, String.valueOf(e.getMessage()));
        }
    }

    private static DerivationResult failed(String slug, Event source, String stage, String why) {
        return new DerivationResult(Optional.empty(), Optional.of(new DerivationFailure(slug, source, stage, why)));
    }
}
