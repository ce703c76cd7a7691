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

/** The body of one request, read as it comes in and never kept beyond its limit; on the threads of its executor. */
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
     * Makes sure that what is parsed is not compressed; the limits are those of what is sent.
     *
     * @throws HttpErrorException 415 when it is
     */
    public static void requirePlain(Request request) {
        List<String> codings = request.getHeaders().getCSV(HttpHeader.CONTENT_ENCODING, false);
        if (!codings.stream().allMatch(coding -> coding.equalsIgnoreCase("identity"))) {
            throw HttpErrorException.unsupported(
                    "the body was not read: it is sent with Content-Encoding: " + String.join(", ", codings)
                            + ", and encoded bodies are not taken; send it as it is, without that header",
                    Map.of("Accept-Encoding", "identity"));
        }
    }

    /**
     * Reads a body.
     *
     * @param limitByFirstByte how many bytes are allowed, by the first byte that is not white space
     * @return completes on a thread of the exchange's executor; fails with a {@link HttpErrorException} as soon as it is known that
     *     there are more
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

    /** A body that breaks off, stalls, or is framed wrongly is its sender's failure, and none of the server's. */
    private static HttpErrorException broken(Throwable failure) {
        String why = failure instanceof HttpException http ? http.getReason() : failure.getMessage();
        return HttpErrorException.badRequest(
                "body", "the body could not be read to its end (" + why + "); nothing was appended; send it again");
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

    /** Nobody has to wait for a body that announces more than is allowed. */
    private Optional<HttpErrorException> excess(int allowed) {
        long announced = request.getLength();
        return announced > allowed ? Optional.of(tooLarge(allowed, String.valueOf(announced))) : Optional.empty();
    }

    private static HttpErrorException tooLarge(int allowed, String sent) {
        return AppendBodyParser.tooLarge("body", allowed, sent + " bytes");
    }
}
