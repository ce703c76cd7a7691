package dev.millrace.server.internal.http;

import dev.millrace.server.internal.formats.AppendBodyParser;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntUnaryOperator;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * A reader of one request body: reads it as it arrives, on the executor of the exchange, and never keeps more than its
 * limit.
 */
public final class RequestBodyReader implements Runnable {
    private final Request request;
    private final Executor executor;
    private final IntUnaryOperator limitByFirstByte;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private int limit = -1;

    private RequestBodyReader(HttpExchange exchange, IntUnaryOperator limitByFirstByte) {
        this.request = exchange.request();
        this.executor = exchange.executor();
        this.limitByFirstByte = limitByFirstByte;
    }

    /**
     * Throws a 415 {@link HttpErrorException} if the body is compressed: bodies that are parsed must not be, because
     * limits count sent bytes.
     */
    public static void requirePlain(Request request) {
        List<String> codings = request.getHeaders().getCSV(HttpHeader.CONTENT_ENCODING, false);
        if (!codings.stream().allMatch(coding -> coding.equalsIgnoreCase("identity"))) {
            throw HttpErrorException.unsupported(
                    "the body was not read: it has Content-Encoding: " + String.join(", ", codings)
                            + ", and compressed bodies are not supported; send it without compression and that header",
                    Map.of("Accept-Encoding", "identity"));
        }
    }

    /**
     * Reads a body; its first byte that is not white space decides its size limit. Completes on the executor of the
     * exchange; fails with an {@link HttpErrorException} as soon as the body is known to be too large.
     */
    public static CompletableFuture<byte[]> read(HttpExchange exchange, IntUnaryOperator limitByFirstByte) {
        RequestBodyReader body = new RequestBodyReader(exchange, limitByFirstByte);
        int most = Math.max(limitByFirstByte.applyAsInt('['), limitByFirstByte.applyAsInt(' '));
        body.excess(most).ifPresentOrElse(body.result::completeExceptionally, body);
        return body.result;
    }

    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(() -> executor.execute(this));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                result.completeExceptionally(broken(chunk.getFailure()));
                return;
            }
            Optional<HttpErrorException> excess = take(chunk.getByteBuffer());
            boolean last = chunk.isLast();
            chunk.release();
            if (excess.isPresent()) {
                result.completeExceptionally(excess.get());
                return;
            }
            if (last) {
                result.complete(kept.toByteArray());
                return;
            }
        }
    }

    /** A body that ends early, stalls or has bad framing is a 400: an error of the client. */
    private static HttpErrorException broken(Throwable failure) {
        String why = failure instanceof HttpException http ? http.getReason() : failure.getMessage();
        return HttpErrorException.badRequest(
                "body", "the end of the body was not received (" + why + "); nothing was appended; send it again");
    }

    private Optional<HttpErrorException> take(ByteBuffer bytes) {
        if (limit < 0) {
            limit = limit(bytes);
        }
        int allowed = limit < 0 ? limitByFirstByte.applyAsInt(' ') : limit;
        if (bytes.remaining() > allowed - kept.size()) {
            return Optional.of(tooLarge(allowed, "more than " + allowed));
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        kept.writeBytes(copy);
        return limit < 0 ? Optional.empty() : excess(limit);
    }

    private int limit(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) > ' ' || bytes.get(i) < 0) {
                return limitByFirstByte.applyAsInt(bytes.get(i));
            }
        }
        return -1;
    }

    /** Refuses a body with a too large {@code Content-Length} without reading it. */
    private Optional<HttpErrorException> excess(int allowed) {
        long announced = request.getLength();
        return announced > allowed ? Optional.of(tooLarge(allowed, String.valueOf(announced))) : Optional.empty();
    }

    private static HttpErrorException tooLarge(int allowed, String sent) {
        return AppendBodyParser.tooLarge("body", allowed, sent + " bytes");
    }
}
