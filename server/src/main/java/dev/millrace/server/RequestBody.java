package dev.millrace.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * The body of one request, read as it comes in and never kept beyond its limit. A body that is too large is read on for
 * a while, and thrown away, so that its sender gets to see the answer.
 */
final class RequestBody implements Runnable {
    private static final long MOST_TO_THROW_AWAY = 64L << 20;

    private final Request request;
    private final IntUnaryOperator limitByFirstByte;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private int limit = -1;
    private long length;

    private RequestBody(Request request, IntUnaryOperator limitByFirstByte) {
        this.request = request;
        this.limitByFirstByte = limitByFirstByte;
    }

    /**
     * Reads a body.
     *
     * @param limitByFirstByte how many bytes are allowed, by the first byte that is not white space
     * @return fails with a {@link Refusal} when there are more
     */
    static CompletableFuture<byte[]> read(Request request, IntUnaryOperator limitByFirstByte) {
        RequestBody body = new RequestBody(request, limitByFirstByte);
        long most = Math.max(limitByFirstByte.applyAsInt('['), limitByFirstByte.applyAsInt(' '));
        if (request.getLength() > most && request.getHeaders().contains(HttpHeader.EXPECT)) {
            body.result.completeExceptionally(
                    RequestBodies.tooLarge("body", (int) most, request.getLength() + " bytes"));
        } else {
            body.run();
        }
        return body.result;
    }

    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                result.completeExceptionally(broken(chunk.getFailure()));
                return;
            }
            take(chunk.getByteBuffer());
            boolean last = chunk.isLast();
            chunk.release();
            if (last || length > MOST_TO_THROW_AWAY) {
                finish();
                return;
            }
        }
    }

    /** A body that breaks off, stalls, or is framed wrongly is its sender's failure, and none of the server's. */
    private static Refusal broken(Throwable failure) {
        String why = failure instanceof HttpException http ? http.getReason() : failure.getMessage();
        return Refusal.badRequest(
                "body", "the body could not be read to its end (" + why + "); nothing was appended; send it again");
    }

    private void take(ByteBuffer bytes) {
        length += bytes.remaining();
        if (limit < 0) {
            limit = limit(bytes);
        }
        if (limit < 0 ? length <= limitByFirstByte.applyAsInt(' ') : length <= limit) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            kept.writeBytes(copy);
        } else {
            kept.reset();
        }
    }

    private int limit(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) > ' ' || bytes.get(i) < 0) {
                return limitByFirstByte.applyAsInt(bytes.get(i));
            }
        }
        return -1;
    }

    private void finish() {
        int allowed = limit < 0 ? limitByFirstByte.applyAsInt(' ') : limit;
        if (length > allowed) {
            String sent = length > MOST_TO_THROW_AWAY ? "more than " + MOST_TO_THROW_AWAY : String.valueOf(length);
            result.completeExceptionally(RequestBodies.tooLarge("body", allowed, sent + " bytes"));
        } else {
            result.complete(kept.toByteArray());
        }
    }
}
