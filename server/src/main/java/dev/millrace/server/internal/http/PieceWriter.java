package dev.millrace.server.internal.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * A writer of bytes of an answer, in pieces so small that each completed write shows that the reader is alive. If the
 * reader takes nothing while others need the memory of its request, the connection is cut.
 */
public final class PieceWriter extends IteratingCallback {
    private static final int PIECE = 16 * 1024;

    private final Response response;
    private final Supplier<Duration> clock;
    private final boolean last;
    private final ByteBuffer unwritten;
    private final Callback done;
    private volatile Optional<Duration> writing = Optional.empty();
    private boolean written;

    PieceWriter(Response response, Supplier<Duration> clock, boolean last, byte[] bytes, Callback done) {
        this.response = response;
        this.clock = clock;
        this.last = last;
        this.unwritten = ByteBuffer.wrap(bytes);
        this.done = done;
    }

    /** Writes bytes; {@code last} says whether they end the answer. */
    public static void write(HttpExchange exchange, boolean last, byte[] bytes, Callback done) {
        PieceWriter writer = new PieceWriter(exchange.response(), exchange.memory()::elapsed, last, bytes, done);
        exchange.memory()
                .droppableReader(
                        writer::stalled,
                        () -> exchange.cut(new TimeoutException(
                                "the reader took nothing, and others need the memory of its answer")));
        writer.iterate();
    }

    /** The next bytes to write; moves the position beyond them. */
    static ByteBuffer piece(ByteBuffer unwritten) {
        ByteBuffer piece = unwritten.slice(unwritten.position(), Math.min(PIECE, unwritten.remaining()));
        unwritten.position(unwritten.position() + piece.remaining());
        return piece;
    }

    Duration stalled() {
        return writing.map(clock.get()::minus).orElse(Duration.ZERO);
    }

    @Override
    protected Action process() {
        if (written) {
            return Action.SUCCEEDED;
        }
        ByteBuffer piece = piece(unwritten);
        written = !unwritten.hasRemaining();
        writing = Optional.of(clock.get());
        response.write(last && written, piece, this);
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
