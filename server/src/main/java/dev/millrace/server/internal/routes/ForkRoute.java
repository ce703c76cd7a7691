package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.CallerPermissions;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RequestBodyReader;
import java.util.EnumSet;
import java.util.Set;

/**
 * The route that forks a stream. The token must allow reading the source and appending to the target; for copied events
 * that need more rights, it must also allow appending those. Thread-safe.
 */
public final class ForkRoute {
    private static final int MOST_BYTES = 64 * 1024;

    private final StreamEngine engine;
    private final AppendRateLimiter limit;

    public ForkRoute(StreamEngine engine, AppendRateLimiter limit) {
        this.engine = engine;
        this.limit = limit;
    }

    /** Forks the stream {@code from} at the offset and to the path in the body, {@code {at, to}}. */
    public void fork(HttpExchange exchange, StreamPath from) {
        CallerPermissions permissions = exchange.authenticate();
        permissions.requireNoChain("fork a stream");
        permissions.require(Operation.READ, from);
        RequestBodyReader.requirePlain(exchange.request());
        exchange.failWith(RequestBodyReader.read(exchange, first -> MOST_BYTES, body -> {
            JsonNode asked = parse(body);
            long at = offset(asked);
            StreamPath to = target(asked);
            permissions.require(Operation.APPEND, to);
            for (Operation operation : EnumSet.range(Operation.PROCESS, Operation.ADMIN)) {
                requireCopied(permissions, operation, exchange, from, at, to);
            }
            limit.take(exchange.caller(permissions), (int) Math.max(1, Math.min(at, Integer.MAX_VALUE)));
            return exchange.memory()
                    .take(FiniteReadResponse.memory(exchange))
                    .thenCompose(taken -> engine.fork(exchange.project(), from, at, to))
                    .thenAccept(done -> answer(exchange, from, at, to));
        }));
    }

    private void requireCopied(
            CallerPermissions permissions,
            Operation operation,
            HttpExchange exchange,
            StreamPath from,
            long at,
            StreamPath to) {
        if (permissions.allows(operation)) {
            return;
        }
        Set<String> types = engine.knownEvents().spellings(operation);
        if (types.isEmpty()) {
            return;
        }
        RecordRange first = new RecordRange(0, Math.max(0, at) + 1, types, 1, false);
        engine.read(exchange.project(), from, first)
                .forEach(record -> permissions.requireAppend(operation, record.type(), to));
    }

    private static void answer(HttpExchange exchange, StreamPath from, long at, StreamPath to) {
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
            throw HttpErrorException.badRequest(
                    "body", "the body is not JSON: " + e.getMessage() + "; send {\"at\": 7, \"to\": \"/path\"}");
        }
        throw HttpErrorException.badRequest("body", "the body must be an object; send {\"at\": 7, \"to\": \"/path\"}");
    }

    private static long offset(JsonNode asked) {
        JsonNode at = asked.path("at");
        if (!at.isIntegralNumber() || !at.canConvertToLong()) {
            throw HttpErrorException.badRequest("at", "at must be an offset, the last one to copy, got " + at);
        }
        return at.longValue();
    }

    private static StreamPath target(JsonNode asked) {
        JsonNode to = asked.path("to");
        if (!to.isTextual()) {
            throw HttpErrorException.badRequest("to", "to must be the path of the new stream, got " + to);
        }
        try {
            return StreamPath.of(to.textValue());
        } catch (IllegalArgumentException e) {
            throw HttpErrorException.badRequest("to", String.valueOf(e.getMessage()));
        }
    }
}
