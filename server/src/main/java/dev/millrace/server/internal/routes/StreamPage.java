package dev.millrace.server.internal.routes;

import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.formats.ContentNegotiation;
import dev.millrace.server.internal.formats.EventEncoding;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RouteMatch;
import org.jspecify.annotations.Nullable;

/**
 * The page of a stream, for browsers. It is at the short URL; the other URLs that a person may know redirect to it.
 * Thread-safe.
 */
final class StreamPage {
    /** Where the page of a stream is in the service whose protocol this server has. */
    private static final String OTHER_SERVICE = "/streams";

    private final StreamEngine engine;
    private final HtmlPage page;

    StreamPage(StreamEngine engine, HtmlPage page) {
        this.engine = engine;
        this.page = page;
    }

    /** Whether a person follows a link in a browser. */
    static boolean isNavigation(HttpExchange exchange) {
        return "navigate".equals(fetchMode(exchange));
    }

    /** Whether a request under {@code /api/streams/} is of a person who opened the URL in a browser. */
    static boolean isAskedFor(HttpExchange exchange, ContentNegotiation accept) {
        return accept.names("text/html")
                && accept.choose(EventEncoding.OF_SHORT_URLS) == EventEncoding.PAGE
                && !ReadParameters.anyIn(exchange.query())
                && (fetchMode(exchange) == null || isNavigation(exchange));
    }

    /** Null for old browsers, and for addresses that are neither HTTPS nor loopback. */
    private static @Nullable String fetchMode(HttpExchange exchange) {
        return exchange.request().getHeaders().get("Sec-Fetch-Mode");
    }

    void answer(HttpExchange exchange) {
        page.answer(exchange);
    }

    /** Answers under {@code /api/streams/}. A stream without a short URL has its page here. */
    void answerLongUrl(HttpExchange exchange, StreamPath path) {
        exchange.varyBy("Accept");
        if (RouteMatch.hasShortUrl(path)) {
            redirect(exchange, path);
        } else {
            page.answer(exchange);
        }
    }

    /**
     * Answers at the short URL. If there is no such stream, {@code /streams/a} is the other service's URL of {@code /a}.
     */
    void answerShortUrl(HttpExchange exchange, StreamPath path) {
        if (path.value().startsWith(OTHER_SERVICE + "/")) {
            StreamPath named = StreamPath.of(path.value().substring(OTHER_SERVICE.length()));
            if (RouteMatch.hasShortUrl(named) && isKnownMissing(exchange, path)) {
                redirect(exchange, named);
                return;
            }
        }
        page.answer(exchange);
    }

    /** Whether there is no such stream, and the caller may know that. */
    private boolean isKnownMissing(HttpExchange exchange, StreamPath path) {
        try {
            exchange.authenticate().require(Operation.READ, path);
        } catch (HttpErrorException refused) {
            return false;
        }
        return engine.head(exchange.project(), path).isEmpty();
    }

    private static void redirect(HttpExchange exchange, StreamPath path) {
        String query = exchange.request().getHttpURI().getQuery();
        exchange.redirect(query == null ? path.value() : path.value() + "?" + query);
    }
}
