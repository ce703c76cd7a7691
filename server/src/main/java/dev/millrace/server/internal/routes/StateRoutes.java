package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.http.CallerPermissions;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.webhook.WebhookVerifier;
import dev.millrace.server.webhook.IncomingWebhooks;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The routes for a stream beside its events: state, list of streams, destroy. Thread-safe. */
public final class StateRoutes {
    private static final long PER_SUMMARY = 500;
    private static final long PER_CHARACTER = 4;

    private final StreamEngine engine;
    private final WebhookVerifier webhooks;

    public StateRoutes(StreamEngine engine, WebhookVerifier webhooks) {
        this.engine = engine;
        this.webhooks = webhooks;
    }

    /** Answers the state. Creates the stream as other reads do, unless {@code create=false}. */
    public void state(HttpExchange exchange, StreamPath path) {
        CallerPermissions permissions = exchange.authenticate();
        permissions.require(Operation.READ, path);
        boolean create =
                exchange.query().flag("create").orElse(true) && StreamLookup.mayCreate(exchange, permissions, path);
        answer(
                exchange,
                StreamLookup.head(engine, exchange, path, create)
                        .thenCompose(head -> engine.state(exchange.project(), path, head))
                        // not before: states that wait for one of the few threads would stop all other reads
                        .thenCompose(state -> exchange.memory()
                                .takeForRead(FiniteReadResponse.memory(exchange))
                                .thenApply(taken -> state)),
                state -> JsonCodec.write(withRefusals(json(state), webhooks.refusals(exchange.project(), path))));
    }

    /** Refusals are no events, so they are not in the state that the events make. */
    private static ObjectNode withRefusals(ObjectNode state, long refused) {
        if (state.path("processors").path(IncomingWebhooks.SLUG) instanceof ObjectNode slice
                && !slice.path("configurations").isEmpty()) {
            slice.put("refused", refused);
        }
        return state;
    }

    /** Answers the streams that a stream knows, newest first; only those that the caller may see. */
    public void list(HttpExchange exchange, StreamPath path) {
        CallerPermissions permissions = exchange.authenticate();
        permissions.requireList(path);
        CompletableFuture<List<StreamSummary>> listed = exchange.memory()
                .takeForRead(FiniteReadResponse.memory(exchange))
                .thenCompose(taken -> engine.list(exchange.project(), path))
                .thenCompose(found -> exchange.memory().take(memoryOf(found)).thenApply(taken -> found));
        answer(exchange, listed, summaries -> {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            for (StreamSummary summary : summaries) {
                if (permissions.sees(summary.path())) {
                    list.addObject()
                            .put("path", summary.path().value())
                            .put("createdAt", JsonCodec.time(summary.createdAt()));
                }
            }
            return JsonCodec.write(list);
        });
    }

    /** What the answer needs: a tree of it, its text, and a copy. */
    private static long memoryOf(List<StreamSummary> found) {
        return found.stream()
                .mapToLong(summary ->
                        PER_SUMMARY + PER_CHARACTER * summary.path().value().length())
                .sum();
    }

    /** Destroys a stream; with {@code destroyChildren=true} also all streams below it. */
    public void destroy(HttpExchange exchange, StreamPath path) {
        exchange.authenticate().require(Operation.ADMIN, path);
        boolean children = exchange.query().flag("destroyChildren").orElse(false);
        answer(exchange, engine.destroy(exchange.project(), path, children), destroyed -> {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("destroyedStreamCount", destroyed.count());
            ObjectNode states = body.putObject("finalStateByPath");
            destroyed
                    .finalStates()
                    .forEach((wiped, state) -> states.putObject(wiped.value()).set("finalState", json(state)));
            return JsonCodec.write(body);
        });
    }

    private static ObjectNode json(StreamState state) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("projectSlug", state.projectSlug().value());
        json.put("path", state.path().value());
        json.put("eventCount", state.eventCount());
        ArrayNode children = json.putArray("childPaths");
        state.childPaths().forEach(child -> children.add(child.value()));
        json.set("metadata", state.metadata());
        ObjectNode processors = json.putObject("processors");
        state.processors().forEach(processors::set);
        return json;
    }

    private static <T> void answer(HttpExchange exchange, CompletableFuture<T> result, Function<T, byte[]> json) {
        exchange.failWith(result.thenAccept(value -> exchange.json(200, json.apply(value))));
    }
}
