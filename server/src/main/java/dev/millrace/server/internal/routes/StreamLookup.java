package dev.millrace.server.internal.routes;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.server.internal.http.CallerPermissions;
import dev.millrace.server.internal.http.HttpExchange;
import java.util.concurrent.CompletableFuture;

/**
 * Finds the stream of a read. A read creates the stream only for a caller who may also append to it, and never for a
 * page of another site: a link or an image there would write to this server.
 */
final class StreamLookup {
    private StreamLookup() {}

    static boolean mayCreate(HttpExchange exchange, CallerPermissions permissions, StreamPath path) {
        return !exchange.isForeign() && permissions.mayAppend(path);
    }

    /** The head of the stream; fails with {@code STREAM_NOT_FOUND} if there is none and it may not be created. */
    static CompletableFuture<StreamHead> head(
            StreamEngine engine, HttpExchange exchange, StreamPath path, boolean mayCreate) {
        if (mayCreate) {
            return engine.touch(exchange.project(), path);
        }
        try {
            return engine.head(exchange.project(), path)
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() -> CompletableFuture.failedFuture(missing(exchange, path)));
        } catch (StreamException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Answers a read that failed before it has begun. A reader that comes back to a stream that does not exist any more
     * gets a 204, which tells an {@code EventSource} to stop.
     */
    static void fail(HttpExchange exchange, ReadParameters parameters, Throwable failure) {
        if (parameters.returning() && isMissing(failure)) {
            exchange.noContent();
        } else {
            exchange.fail(failure);
        }
    }

    static boolean isMissing(Throwable failure) {
        return failure instanceof StreamException refused && refused.code() == Code.STREAM_NOT_FOUND;
    }

    private static StreamException missing(HttpExchange exchange, StreamPath path) {
        return new StreamException(
                Code.STREAM_NOT_FOUND,
                path,
                "there is no stream " + path + " in project " + exchange.project()
                        + ", and this read may not create it; append to it first");
    }
}
