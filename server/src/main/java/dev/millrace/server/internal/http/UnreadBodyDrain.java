package dev.millrace.server.internal.http;

import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and discards the rest of a request body, at most 64 MiB, after its answer was written. If the connection were
 * closed earlier, a client that is still sending would not get the answer. A client that sends too slowly is cut off.
 * Only the first part is read on the thread of the answer: most requests have no more.
 */
final class UnreadBodyDrain implements Callback, Runnable {
    private static final long MOST_TO_THROW_AWAY = 64L << 20;

    private final Request request;
    private final Callback done;
    private final ConnectionWatch.Watched watched;
    private final Executor executor;
    private long length;

    private UnreadBodyDrain(Request request, Callback done, Executor executor) {
        this.request = request;
        this.executor = executor;
        this.watched = ConnectionWatch.of(request);
        this.done = done;
    }

    /** A callback for an answer to a request that may not have been read to its end. */
    static Callback before(Callback done, Request request, Executor executor) {
        return new UnreadBodyDrain(request, done, executor);
    }

    @Override
    public void succeeded() {
        boolean awaitsPermission =
                request.getHeaders().contains(HttpHeader.EXPECT) && Request.getContentBytesRead(request) == 0;
        if (awaitsPermission) {
            done.succeeded();
        } else {
            watched.receive(watched::close);
            read(1);
        }
    }

    @Override
    public void failed(Throwable failure) {
        done.failed(failure);
    }

    @Override
    public void run() {
        read(Integer.MAX_VALUE);
    }

    /** Reads parts of the rest; what comes after them is read on the executor. */
    private void read(int parts) {
        for (int part = 0; part < parts; part++) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                watched.resume();
                request.demand(() -> {
                    watched.pause();
                    executor.execute(this);
                });
                return;
            }
            boolean last = Content.Chunk.isFailure(chunk) || chunk.isLast();
            if (!Content.Chunk.isFailure(chunk)) {
                length += chunk.remaining();
                watched.received(chunk.remaining());
                chunk.release();
            }
            if (last || length > MOST_TO_THROW_AWAY) {
                done.succeeded();
                return;
            }
        }
        watched.pause();
        executor.execute(this);
    }
}
