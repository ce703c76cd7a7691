package dev.millrace.server.internal.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * What is left of a request when its answer has been written: it is read on for a while and thrown away, because a
 * connection that is closed on a sender takes the answer away from it. Runs on the threads of the server.
 */
final class UnreadBodyDrain implements Callback, Runnable {
    private static final long MOST_TO_THROW_AWAY = 64L << 20;

    private final Request request;
    private final Callback done;
    private long length;

    private UnreadBodyDrain(Request request, Callback done) {
        this.request = request;
        this.done = done;
    }

    /** A callback for the answer to a request that may not have been read to its end. */
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
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                break;
            }
        }
        done.succeeded();
    }
}
