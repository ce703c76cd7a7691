package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.RecordRange;
import dev.millrace.engine.StreamEngine;
import java.util.Set;

/**
 * Makes a new stream that begins as another one did. A token must allow reading the one and appending to the other, and
 * what the copy configures as if it were appended. Safe for use by many threads.
 */
final class ForkRoute {
    private static final int MOST_BYTES = 64 * 1024;

    private final StreamEngine engine;
    private final RateLimit limit;

    ForkRoute(StreamEngine engine, RateLimit limit) {
        this.engine = engine;
        this.limit = limit;
    }

    /** Forks what the URL names, as {@code {at, to}} says. */
    void fork(Exchange exchange, StreamPath from) {
        Pass pass = exchange.pass();
        pass.require(Operation.READ, from);
        RequestBody.requirePlain(exchange.request());
        RequestBody.read(exchange, first -> MOST_BYTES)
                .thenCompose(body -> {
                    JsonNode asked = parse(body);
                    long at = offset(asked);
                    StreamPath to = target(asked);
                    pass.require(Operation.APPEND, to);
                    requireCopied(pass, Operation.CONTROL, exchange, from, at, to);
                    requireCopied(pass, Operation.DEPLOY, exchange, from, at, to);
                    requireCopied(pass, Operation.ADMIN, exchange, from, at, to);
                    limit.take(exchange.caller(pass), (int) Math.max(1, Math.min(at, Integer.MAX_VALUE)));
                    return engine.fork(exchange.project(), from, at, to)
                            .thenAccept(done -> answer(exchange, from, at, to));
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        exchange.fail(failure);
                    }
                });
    }

    private void requireCopied(
            Pass pass, Operation operation, Exchange exchange, StreamPath from, long at, StreamPath to) {
        if (pass.grant().allows(operation)) {
            return;
        }
        Set<String> types = engine.knownEvents().spellings(operation);
        if (types.isEmpty()) {
            return;
        }
        RecordRange first = new RecordRange(0, Math.max(0, at) + 1, types, 1, false);
        engine.read(exchange.project(), from, first)
                .forEach(record -> pass.requireAppend(operation, record.type(), to));
    }

    private static void answer(Exchange exchange, StreamPath from, long at, StreamPath to) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("path", to.value());
        answer.putObject("forkedFrom").put("path", from.value()).put("offset", at);
        exchange.json(200, JsonCodec.write(answer));
    }

    private static JsonNode parse(byte[] body) {
        try {
            JsonNode json = JsonCodec.parse(body);
            if (json.isObject()) {
                return json;
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(
                    "body", "the body is not JSON: " + e.getMessage() + "; send {\"at\": 7, \"to\": \"/path\"}");
        }
        throw Refusal.badRequest("body", "the body must be an object; send {\"at\": 7, \"to\": \"/path\"}");
    }

    private static long offset(JsonNode asked) {
        JsonNode at = asked.path("at");
        if (!at.isIntegralNumber() || !at.canConvertToLong()) {
            throw Refusal.badRequest("at", "at must be an offset, the last one to copy, got " + at);
        }
        return at.longValue();
    }

    private static StreamPath target(JsonNode asked) {
        JsonNode to = asked.path("to");
        if (!to.isTextual()) {
            throw Refusal.badRequest("to", "to must be the path of the new stream, got " + to);
        }
        try {
            return StreamPath.of(to.textValue());
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("to", String.valueOf(e.getMessage()));
        }
    }
}
