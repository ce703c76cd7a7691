package dev.millrace.server.internal.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * A writer of bytes of an answer, in pieces so small that each completed write shows that the reader is alive. If the
 * reader takes nothing while others need the memory of its request, the connection is cut.
 */
public final class PieceWriter extends IteratingCallback {
    private static final int PIECE = 64 * 1024;

    private final HttpExchange exchange;
    private final boolean last;
    private final ByteBuffer unwritten;
    private final Callback done;
    private volatile Optional<Duration> writing = Optional.empty();
    private boolean written;

    private PieceWriter(HttpExchange exchange, boolean last, byte[] bytes, Callback done) {
        this.exchange = exchange;
        this.last = last;
        this.unwritten = ByteBuffer.wrap(bytes);
        this.done = done;
    }

    /** Writes bytes; {@code last} says whether they end the answer. */
    public static void write(HttpExchange exchange, boolean last, byte[] bytes, Callback done) {
        PieceWriter writer = new PieceWriter(exchange, last, bytes, done);
        exchange.memory().droppableReader(writer::stalled, writer::cut);
        writer.iterate();
    }

    private Duration stalled() {
        return writing.map(exchange.memory().elapsed()::minus).orElse(Duration.ZERO);
    }

    private void cut() {
        exchange.cut(new TimeoutException("the reader took nothing, and others need the memory of its answer"));
    }

    @Override
    protected Action process() {
        if (written) {
            return Action.SUCCEEDED;
        }
        int length = Math.min(PIECE, unwritten.remaining());
        ByteBuffer piece = unwritten.slice(unwritten.position(), length);
        unwritten.position(unwritten.position() + length);
        written = !unwritten.hasRemaining();
        writing = Optional.of(exchange.memory().elapsed());
        exchange.response().write(last && written, piece, this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onSuccess() {
        writing = Optional.empty();
    }

    @Override
    protected void onCompleteSuccess() {
        done.succeeded();
    }

    @Override
    protected void onFailure(Throwable cause) {
        done.failed(cause);
    }
}
