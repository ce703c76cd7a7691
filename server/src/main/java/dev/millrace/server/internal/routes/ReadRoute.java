package dev.millrace.server.internal.routes;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.server.internal.formats.ContentNegotiation;
import dev.millrace.server.internal.formats.EventEncoding;
import dev.millrace.server.internal.formats.GzipEncoder;
import dev.millrace.server.internal.http.CallerPermissions;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.StreamPathParser;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** The route that reads: finite reads page by page, live reads fed by a tail of the engine. Thread-safe. */
public final class ReadRoute {
    private final StreamEngine engine;
    private final LiveReadResponse.Timing timing;
    private final StreamPage page;
    private final AtomicInteger compressed = new AtomicInteger();
    private final Set<LiveReadResponse> live = ConcurrentHashMap.newKeySet();
    private final LiveReaderLimiter limit;
    private final boolean bareReadsAreLive;
    private volatile boolean stopping;

    /** {@code bareReadsAreLive} is for reads under {@code /api/streams/} that do not say whether they are live. */
    public ReadRoute(
            StreamEngine engine,
            LiveReadResponse.Timing timing,
            LiveReaderLimiter limit,
            HtmlPage page,
            boolean bareReadsAreLive) {
        this.engine = engine;
        this.timing = timing;
        this.limit = limit;
        this.page = new StreamPage(engine, page);
        this.bareReadsAreLive = bareReadsAreLive;
    }

    /**
     * Answers a read under {@code /api/streams/}. With a read parameter, a {@code Last-Event-ID} or {@code Accept:
     * text/event-stream} it is live unless it has an upper bound; without them it returns the stored events.
     */
    public void readStream(HttpExchange exchange, StreamPath path) {
        ContentNegotiation accept = negotiation(exchange);
        if (StreamPage.isAskedFor(exchange, accept)) {
            page.answerLongUrl(exchange, path);
            return;
        }
        boolean isBare =
                !ReadParameters.anyIn(exchange.query()) && lastEventId(exchange) == null && !namesEventStream(accept);
        read(
                exchange,
                path,
                accept.choose(EventEncoding.OF_STREAMS),
                isBare && !bareReadsAreLive ? ReadParameters.Default.FINITE : ReadParameters.Default.LIVE,
                failure -> false);
    }

    /**
     * Answers a read of a short URL: browsers get the page; programs without further parameters get the stored events.
     */
    public void readShortUrl(HttpExchange exchange, StreamPath path) {
        ContentNegotiation accept = negotiation(exchange);
        exchange.varyBy("Accept");
        boolean asksForEvents = ReadParameters.anyIn(exchange.query());
        EventEncoding format = accept.choose(asksForEvents ? EventEncoding.OF_STREAMS : EventEncoding.OF_SHORT_URLS);
        if (format == EventEncoding.PAGE) {
            page.answerShortUrl(exchange, path);
        } else {
            read(
                    exchange,
                    path,
                    format,
                    namesEventStream(accept) ? ReadParameters.Default.LIVE : ReadParameters.Default.FINITE,
                    failure -> StreamLookup.isMissing(failure) && StreamPage.isNavigation(exchange));
        }
    }

    /** Ends all live reads normally and refuses new ones. */
    public void stop() {
        stopping = true;
        live.forEach(LiveReadResponse::finish);
    }

    public int liveReads() {
        return live.size();
    }

    public int slowReads() {
        return (int) live.stream().filter(LiveReadResponse::isDropped).count();
    }

    /** How many finite reads are being answered with gzip. */
    public int compressedReads() {
        return compressed.get();
    }

    /** {@code showPage} tells whether a failure to find the stream is answered with the page. */
    private void read(
            HttpExchange exchange,
            StreamPath path,
            EventEncoding format,
            ReadParameters.Default fallback,
            Predicate<Throwable> showPage) {
        CallerPermissions permissions = exchange.authenticate();
        permissions.require(Operation.READ, path);
        ReadParameters parameters = ReadParameters.read(
                exchange.query(),
                lastEventId(exchange),
                format == EventEncoding.EVENT_STREAM ? fallback : ReadParameters.Default.ALWAYS_FINITE);
        exchange.query().one("path").ifPresent(named -> {
            if (!StreamPathParser.read(named).equals(path)) {
                throw HttpErrorException.badRequest(
                        "path",
                        "the query has path '" + named + "' and the URL has " + path
                                + "; remove 'path' from the query");
            }
        });
        if (stopping) {
            throw HttpErrorException.unavailable(LiveReadResponse.STOPPING);
        }
        boolean reserved = parameters.live() && !exchange.isHead();
        StreamKey stream = new StreamKey(exchange.project(), path);
        if (reserved) {
            limit.enter(stream);
        }
        boolean gzip = !parameters.live()
                && GzipEncoder.isPreferred(exchange.request().getHeaders().getValuesList(HttpHeader.ACCEPT_ENCODING));
        if (!parameters.live()) {
            exchange.varyBy("Accept", "Accept-Encoding");
        }
        boolean mayCreate = !parameters.returning() && StreamLookup.mayCreate(exchange, permissions, path);
        var unused = StreamLookup.head(engine, exchange, path, mayCreate).whenComplete((head, failure) -> {
            if (failure != null) {
                if (reserved) {
                    limit.leave(stream);
                }
                if (showPage.test(failure)) {
                    page.answer(exchange);
                } else {
                    StreamLookup.fail(exchange, parameters, failure);
                }
            } else if (exchange.isHead()) {
                putHeaders(exchange, format, head);
                if (gzip) {
                    exchange.response().getHeaders().put(HttpHeader.CONTENT_ENCODING, GzipEncoder.CODING);
                }
                exchange.headers();
            } else if (parameters.live()) {
                tail(exchange, permissions, path, parameters, mayCreate, head);
            } else {
                exchange.failWith(exchange.memory()
                        .takeForRead(FiniteReadResponse.memory(exchange, gzip))
                        .thenRun(() -> readStored(exchange, path, format, gzip, parameters, head)));
            }
        });
    }

    private void readStored(
            HttpExchange exchange,
            StreamPath path,
            EventEncoding format,
            boolean gzip,
            ReadParameters parameters,
            StreamHead head) {
        putHeaders(exchange, format, head);
        Optional<GzipEncoder> encoder = gzip ? Optional.of(new GzipEncoder(compressed)) : Optional.empty();
        new FiniteReadResponse(exchange, engine, path, format, encoder, parameters, head, failure -> {
                    boolean goneTooSoon = StreamLookup.isMissing(failure)
                            && !exchange.response().isCommitted();
                    if (parameters.returning() && goneTooSoon) {
                        readNextIncarnation(exchange, path, format, gzip, parameters);
                    } else {
                        exchange.fail(failure);
                    }
                })
                .iterate();
    }

    /** For a reader that comes back, and whose stream was destroyed before the answer has begun. */
    private void readNextIncarnation(
            HttpExchange exchange, StreamPath path, EventEncoding format, boolean gzip, ReadParameters parameters) {
        var unused = StreamLookup.head(engine, exchange, path, false).whenComplete((head, failure) -> {
            if (failure != null) {
                StreamLookup.fail(exchange, parameters, failure);
            } else {
                readStored(exchange, path, format, gzip, parameters, head);
            }
        });
    }

    private void tail(
            HttpExchange exchange,
            CallerPermissions permissions,
            StreamPath path,
            ReadParameters parameters,
            boolean mayCreate,
            StreamHead head) {
        LiveReadResponse response = new LiveReadResponse(
                exchange,
                parameters,
                incarnation -> parameters.subtree() || isAlive(exchange.project(), path, incarnation),
                permissions::stillHolds,
                mayCreate,
                engine.limits().largeEventBytes(),
                timing);
        live.add(response);
        response.completion().whenComplete((done, failure) -> {
            live.remove(response);
            limit.leave(new StreamKey(exchange.project(), path));
        });
        response.onStreamGone(() -> {
            var unused = StreamLookup.head(engine, exchange, path, mayCreate).whenComplete((reborn, failure) -> {
                if (failure != null) {
                    response.onEnd(failure);
                } else {
                    feed(response, exchange.project(), path, parameters, reborn);
                }
            });
        });
        feed(response, exchange.project(), path, parameters, head);
    }

    private void feed(
            LiveReadResponse response,
            ProjectSlug project,
            StreamPath path,
            ReadParameters parameters,
            StreamHead head) {
        response.feedFrom(
                parameters.subtree()
                        ? engine.tailSubtree(
                                project, path, parameters.after().offset(), parameters.caughtUp(), response)
                        : engine.tail(project, path, parameters.after().after(head.lastOffset()), response));
        if (stopping) {
            response.finish();
        }
    }

    /**
     * Whether the incarnation is the current one. If the engine cannot tell, for example while it stops, the answer is
     * yes: readers reconnect and find out.
     */
    private boolean isAlive(ProjectSlug project, StreamPath path, String incarnation) {
        try {
            return engine.head(project, path)
                    .filter(head -> head.incarnation().equals(incarnation))
                    .isPresent();
        } catch (RuntimeException inDoubt) {
            return true;
        }
    }

    private void putHeaders(HttpExchange exchange, EventEncoding format, StreamHead head) {
        exchange.response().setStatus(200);
        LiveReadHeaders.put(
                exchange.response().getHeaders(),
                format.contentType(),
                head.lastOffset(),
                head.incarnation(),
                timing.timers().now());
    }

    private static @Nullable String lastEventId(HttpExchange exchange) {
        String id = exchange.request().getHeaders().get("Last-Event-ID");
        return id == null || id.isBlank() ? null : id.strip();
    }

    private static boolean namesEventStream(ContentNegotiation accept) {
        return accept.names(EventEncoding.EVENT_STREAM.mediaTypes().get(0));
    }

    private static ContentNegotiation negotiation(HttpExchange exchange) {
        return ContentNegotiation.of(exchange.request().getHeaders().getValuesList(HttpHeader.ACCEPT));
    }
}
