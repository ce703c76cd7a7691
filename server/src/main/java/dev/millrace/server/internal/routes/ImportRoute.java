package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.formats.MediaType;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.CallerPermissions;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RequestBodyReader;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The route that creates a stream from the log of another one. The token must allow {@code admin}: what is imported is
 * history, also what only processors and the service may append. Thread-safe.
 */
public final class ImportRoute {
    private final StreamEngine engine;
    private final AppendRateLimiter limit;

    public ImportRoute(StreamEngine engine, AppendRateLimiter limit) {
        this.engine = engine;
        this.limit = limit;
    }

    /** Creates the stream from the events of the body, one a line. */
    public void importLog(HttpExchange exchange, StreamPath path) {
        CallerPermissions permissions = exchange.authenticate();
        permissions.requireNoChain("import a stream");
        permissions.require(Operation.ADMIN, path);
        RequestBodyReader.requirePlain(exchange.request());
        MediaType type = MediaType.of(exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE));
        if (!type.isLines()) {
            throw HttpErrorException.wrongType(
                    "the content type is '" + type.name() + "'; an import takes " + MediaType.NDJSON
                            + ", one event a line as reads return them; nothing was stored",
                    MediaType.NDJSON);
        }
        int most = (int) Math.min(Integer.MAX_VALUE, engine.limits().forkBytes());
        exchange.failWith(RequestBodyReader.readLog(exchange, most, body -> {
            limit.take(exchange.caller(permissions), lines(body));
            return engine.importEvents(exchange.project(), path, body)
                    .thenAccept(head -> exchange.json(
                            200,
                            JsonCodec.write(JsonNodeFactory.instance
                                    .objectNode()
                                    .put("path", path.value())
                                    .put("eventCount", head.lastOffset()))));
        }));
    }

    private static int lines(byte[] body) {
        int lines = 1;
        for (int i = 0; i < body.length - 1; i++) {
            lines += body[i] == '\n' ? 1 : 0;
        }
        return lines;
    }
}
