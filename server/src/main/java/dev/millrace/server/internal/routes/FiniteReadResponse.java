package dev.millrace.server.internal.routes;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.server.internal.formats.EventEncoding;
import dev.millrace.server.internal.formats.GzipEncoder;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.PieceWriter;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * A finite read, page by page: each page is read from the store and written before the next is read. The page size
 * follows the size of the events, so a read holds about 1 MiB, and more only for a large event. The store is read on
 * the executor of the exchange, never on a Jetty thread.
 */
final class FiniteReadResponse extends IteratingCallback {
    private static final int FIRST_PAGE = 16;
    private static final int LARGEST_PAGE = 512;

    /** A page, its encoded form, and the growth of its buffer. */
    private static final int COPIES = 4;

    /** The buffer of a compressed page, if nothing in it can be compressed. */
    private static final int COMPRESSED_COPIES = 2;

    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    private final HttpExchange exchange;
    private final StreamEngine engine;
    private final StreamPath path;
    private final EventEncoding format;
    private final Optional<GzipEncoder> gzip;
    private final ReadParameters parameters;
    private final long watermark;
    private final String incarnation;
    private final long pageBytes;
    private final boolean startsOver;
    private final Consumer<Throwable> failureHandler;
    private long after;
    private long before;
    private long left;
    private int pageSize = FIRST_PAGE;
    private boolean begun;
    private boolean empty = true;
    private boolean ended;

    /** {@code failureHandler} gets the failure that ends the read, also before anything was written. */
    FiniteReadResponse(
            HttpExchange exchange,
            StreamEngine engine,
            StreamPath path,
            EventEncoding format,
            Optional<GzipEncoder> gzip,
            ReadParameters parameters,
            StreamHead head,
            Consumer<Throwable> failureHandler) {
        this.exchange = exchange;
        this.engine = engine;
        this.path = path;
        this.format = format;
        this.gzip = gzip;
        this.parameters = parameters;
        this.pageBytes = exchange.memory().pageBytes();
        this.watermark = head.lastOffset();
        this.incarnation = head.incarnation();
        this.startsOver = parameters.sawAnEarlierStream(watermark);
        this.failureHandler = failureHandler;
        this.after = startsOver ? 0 : parameters.after().after(watermark);
        this.before = parameters.before().before(watermark);
        this.left = parameters.limit();
    }

    /** The memory that a read needs. */
    static long memory(HttpExchange exchange) {
        return exchange.memory().pageBytes() * COPIES;
    }

    /** The memory that a read needs, also if it is compressed. */
    static long memory(HttpExchange exchange, boolean gzip) {
        long compressed = exchange.memory().pageBytes() * COMPRESSED_COPIES + GzipEncoder.MEMORY;
        return memory(exchange) + (gzip ? compressed : 0);
    }

    @Override
    protected Action process() {
        if (ended) {
            return Action.SUCCEEDED;
        }
        if (NonBlockingThread.isCurrent()) {
            exchange.executor().execute(this::tryToWritePage);
        } else {
            writePage();
        }
        return Action.SCHEDULED;
    }

    private void tryToWritePage() {
        try {
            writePage();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void writePage() {
        List<EventRecord> page;
        try {
            page = readNextPage();
        } catch (RuntimeException e) {
            boolean isDestroyed = StreamLookup.isMissing(e);
            LOG.log(
                    isDestroyed ? Level.DEBUG : Level.ERROR,
                    "a read of " + exchange.project() + ":" + path + " failed at @"
                            + (parameters.descending() ? before - 1 : after + 1) + " of " + watermark
                            + ", its answer was not completed; "
                            + (isDestroyed
                                    ? "the stream was destroyed"
                                    : "if this repeats, the store may be damaged: stop the server and check it"),
                    e);
            throw e;
        }
        CompletableFuture<Void> granted = memoryFor(page);
        // a read that waits for memory holds no page: it reads the page again
        var unused = (granted.isDone() ? granted.thenRun(() -> write(page)) : granted.thenRun(this::writePage))
                .exceptionally(failure -> {
                    boolean isWrapped = failure instanceof CompletionException && failure.getCause() != null;
                    failed(isWrapped ? failure.getCause() : failure);
                    return null;
                });
    }

    /** What a read has taken is enough for all pages without a large event. */
    private CompletableFuture<Void> memoryFor(List<EventRecord> page) {
        long bytes = page.stream().mapToLong(event -> event.size()).sum();
        int copies = COPIES + (gzip.isPresent() ? COMPRESSED_COPIES : 0);
        return bytes <= pageBytes + engine.limits().eventBytes()
                ? CompletableFuture.completedFuture(null)
                : exchange.memory().growForRead(bytes * copies);
    }

    private void write(List<EventRecord> page) {
        boolean first = !begun;
        byte[] plain = encode(page);
        byte[] encoded = gzip.map(encoder -> encoder.encode(plain, ended)).orElse(plain);
        if (first) {
            begin(); // not before: an error is not compressed
        }
        PieceWriter.write(exchange, ended, encoded, this);
    }

    private void begin() {
        gzip.ifPresent(
                encoder -> exchange.response().getHeaders().put(HttpHeader.CONTENT_ENCODING, GzipEncoder.CODING));
        if (!ended) {
            exchange.sendInChunks();
        }
    }

    private byte[] encode(List<EventRecord> page) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!begun) {
            begun = true;
            format.begin(out);
            if (startsOver && parameters.caughtUp() && format == EventEncoding.EVENT_STREAM) {
                out.writeBytes(EventEncoding.destroyed());
            }
        }
        for (EventRecord event : page) {
            format.encode(event, empty, out);
            empty = false;
            after = parameters.descending() ? after : event.offset();
            before = parameters.descending() ? event.offset() : before;
        }
        left -= page.size();
        ended = page.isEmpty() || left <= 0 || before - 1 <= after;
        if (!page.isEmpty()) {
            pageSize = (int) Math.max(1, Math.min(LARGEST_PAGE, pageBytes / Math.max(1, out.size() / page.size())));
        }
        if (ended) {
            if (parameters.caughtUp() && format == EventEncoding.EVENT_STREAM && hasReachedWatermark()) {
                out.writeBytes(EventEncoding.caughtUp(watermark));
            }
            format.end(empty, out);
        }
        return out.toByteArray();
    }

    /** The next events; none if there are no more. */
    private List<EventRecord> readNextPage() {
        if (before - 1 <= after) {
            return List.of();
        }
        int size = (int) Math.min(pageSize, left);
        List<EventRecord> page = engine.read(
                exchange.project(),
                path,
                new RecordRange(after, before, parameters.types(), size, parameters.descending(), pageBytes));
        requireIncarnation();
        if (page.isEmpty()) {
            requireEnd();
        }
        return page;
    }

    /** Without a filter, all events of the range exist; if some are missing, the answer must not look complete. */
    private void requireEnd() {
        if (parameters.types().isEmpty()) {
            throw new StreamException(
                    Code.INTERNAL,
                    path,
                    "read failed: " + exchange.project() + ":" + path + "@" + (after + 1)
                            + " is missing; the store is damaged");
        }
    }

    /** If the stream was destroyed, the page may be empty, or belong to the next stream with this path. */
    private void requireIncarnation() {
        boolean isSame = engine.head(exchange.project(), path)
                .filter(now -> now.incarnation().equals(incarnation))
                .isPresent();
        if (!isSame) {
            throw new StreamException(
                    Code.STREAM_NOT_FOUND,
                    path,
                    "read failed: " + exchange.project() + ":" + path
                            + " was destroyed while it was read; read it again if it exists");
        }
    }

    private boolean hasReachedWatermark() {
        return !parameters.descending() && before > watermark && left > 0;
    }

    @Override
    protected void onCompleteSuccess() {
        gzip.ifPresent(GzipEncoder::close);
        exchange.end();
    }

    @Override
    protected void onFailure(Throwable cause) {
        failureHandler.accept(cause);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        gzip.ifPresent(GzipEncoder::close);
    }
}
