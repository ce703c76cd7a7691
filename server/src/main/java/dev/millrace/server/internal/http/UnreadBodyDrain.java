package dev.millrace.server.internal.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and discards the rest of a request body, at most 64 MiB, after its answer was written. If the connection were
 * closed earlier, a client that is still sending would not get the answer. A client that sends too slowly is cut off.
 * Runs on Jetty threads.
 */
final class UnreadBodyDrain implements Callback, Runnable {
    private static final long MOST_TO_THROW_AWAY = 64L << 20;

    private final Request request;
    private final Callback done;
    private final ConnectionWatch.Watched watched;
    private long length;

    private UnreadBodyDrain(Request request, Callback done) {
        this.request = request;
        this.watched = ConnectionWatch.of(request);
        this.done = done;
    }

    /** A callback for an answer to a request that may not have been read to its end. */
    static Callback before(Callback done, Request request) {
        return new UnreadBodyDrain(request, done);
    }

    @Override
    public void succeeded() {
        boolean awaitsPermission =
                request.getHeaders().contains(HttpHeader.EXPECT) && Request.getContentBytesRead(request) == 0;
        if (awaitsPermission) {
            done.succeeded();
        } else {
            watched.receive(watched::close);
            run();
        }
    }

    @Override
    public void failed(Throwable failure) {
        done.failed(failure);
    }

    @Override
    public void run() {
        while (length <= MOST_TO_THROW_AWAY) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                break;
            }
            length += chunk.remaining();
            watched.received(chunk.remaining());
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                break;
            }
        }
        done.succeeded();
    }
}
