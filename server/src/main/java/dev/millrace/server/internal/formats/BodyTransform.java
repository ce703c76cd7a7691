package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.engine.ParsedInput;
import dev.millrace.jsonata.EvaluationException;
import dev.millrace.jsonata.EventResultValidator;
import dev.millrace.jsonata.Expression;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.RequestProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The JSONata expression of {@code ?jsonataTransform=}. It maps the request body to one event or to {@code {events:
 * [...]}}. If its result is anything else, the request is refused and nothing is appended. Immutable.
 */
public record BodyTransform(Expression expression) {
    private static final String FIELD = "jsonataTransform";
    private static final String PREFIX = "invalid_jsonata_transform: ";

    /** Throws an {@link HttpErrorException} if the text is no valid expression. */
    public static BodyTransform compile(String text) {
        try {
            return new BodyTransform(Expression.compile(text));
        } catch (IllegalArgumentException e) {
            throw HttpErrorException.badRequest(FIELD, PREFIX + e.getMessage());
        }
    }

    /**
     * Evaluates the expression on one JSON value, on the given threads and in bounded time. Fails with an {@link
     * HttpErrorException} if the evaluation fails or returns something that is no event.
     */
    public CompletableFuture<ParsedAppend> apply(byte[] body, PayloadCheck payloads, Executor threads) {
        return CompletableFuture.supplyAsync(() -> inputs(JsonCodec.parse(body), payloads), threads);
    }

    private ParsedAppend inputs(JsonNode body, PayloadCheck payloads) {
        JsonNode result;
        try {
            result = expression
                    .evaluate(body)
                    .orElseThrow(() -> refused(List.of(new RequestProblem("event", "the transform returned nothing"))));
        } catch (EvaluationException e) {
            throw HttpErrorException.badRequest(FIELD, PREFIX + e.getMessage());
        }
        boolean batch = result.size() == 1 && result.path("events").isArray();
        List<RequestProblem> issues = new ArrayList<>();
        List<ParsedInput> events = new ArrayList<>();
        for (JsonNode event : batch ? result.path("events") : List.of(result)) {
            String where = batch ? "events." + events.size() + "." : "";
            EventResultValidator.problems(event, payloads).forEach(problem -> issues.add(issue(where, problem)));
            try {
                events.add(ParsedInput.of(JsonCodec.write(event)));
            } catch (IllegalArgumentException e) {
                issues.add(new RequestProblem(where + "event", String.valueOf(e.getMessage())));
            }
        }
        if (events.isEmpty()) {
            issues.add(
                    new RequestProblem("events", "the batch is empty; the transform must return at least one event"));
        }
        if (!issues.isEmpty()) {
            throw refused(issues);
        }
        return new ParsedAppend(List.copyOf(events), batch);
    }

    private static RequestProblem issue(String where, String problem) {
        int colon = problem.indexOf(": ");
        return new RequestProblem(where + problem.substring(0, colon), problem.substring(colon + 2));
    }

    private static HttpErrorException refused(List<RequestProblem> issues) {
        return HttpErrorException.badRequest(
                "the result of jsonataTransform is not an event; nothing was appended: "
                        + issues.get(0).field() + ": " + issues.get(0).message()
                        + (issues.size() == 1 ? "" : ", and " + (issues.size() - 1) + " more"),
                issues);
    }
}
