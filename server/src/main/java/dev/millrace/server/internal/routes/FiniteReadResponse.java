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
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.PieceWriter;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    private final HttpExchange exchange;
    private final StreamEngine engine;
    private final StreamPath path;
    private final EventEncoding format;
    private final ReadParameters parameters;
    private final long watermark;
    private final String incarnation;
    private final long pageBytes;
    private long after;
    private long before;
    private long left;
    private int pageSize = FIRST_PAGE;
    private boolean begun;
    private boolean empty = true;
    private boolean ended;

    FiniteReadResponse(
            HttpExchange exchange,
            StreamEngine engine,
            StreamPath path,
            EventEncoding format,
            ReadParameters parameters,
            StreamHead head) {
        this.exchange = exchange;
        this.engine = engine;
        this.path = path;
        this.format = format;
        this.parameters = parameters;
        this.pageBytes = exchange.memory().pageBytes();
        this.watermark = head.lastOffset();
        this.incarnation = head.incarnation();
        this.after = parameters.after().after(watermark);
        this.before = parameters.before().before(watermark);
        this.left = parameters.limit();
    }

    /** The memory that a read needs. */
    static long memory(HttpExchange exchange) {
        return exchange.memory().pageBytes() * COPIES;
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
        var unused = memoryFor(page).thenAccept(taken -> write(page)).exceptionally(failure -> {
            failed(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
            return null;
        });
    }

    /** What a read has taken is enough for all pages without a large event. */
    private CompletableFuture<Void> memoryFor(List<EventRecord> page) {
        long bytes = page.stream().mapToLong(event -> event.json().length).sum();
        return bytes <= pageBytes + engine.limits().eventBytes()
                ? CompletableFuture.completedFuture(null)
                : exchange.memory().growForRead(bytes * COPIES);
    }

    private void write(List<EventRecord> page) {
        boolean first = !begun;
        byte[] encoded = encode(page);
        if (first && !ended) {
            exchange.sendInChunks();
        }
        PieceWriter.write(exchange, ended, encoded, this);
    }

    private byte[] encode(List<EventRecord> page) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!begun) {
            begun = true;
            format.begin(out);
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
        exchange.end();
    }

    @Override
    protected void onFailure(Throwable cause) {
        exchange.fail(cause);
    }
}
