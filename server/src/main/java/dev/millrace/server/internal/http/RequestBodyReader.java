package dev.millrace.server.internal.http;

import dev.millrace.server.internal.formats.AppendBodyParser;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * A reader of one request body: reads it as it arrives, on the executor of the exchange, and never keeps more than its
 * limit. What follows a {@link #LARGE} body runs on the executor for such bodies, which has few threads: to read and
 * to parse many of them at once would take the processors from short requests.
 */
public final class RequestBodyReader implements Runnable {
    /** The size in bytes from which on a body is large. */
    static final int LARGE = 1 << 16;

    /** The heap that a byte of a body needs on its way to the store and back in the answer, at most. */
    private static final int PER_BYTE = 8;

    /** What a tree of tiny values needs for each byte of its text. */
    private static final int PER_BYTE_OF_TREE = 32;

    /** What a byte of a log needs: the body, and the records that are made of it; the answer is short. */
    private static final int PER_BYTE_OF_LOG = 4;

    /** What a name of a field needs beside its bytes. */
    private static final int PER_NAME = 64;

    /** What an element needs beside its bytes. */
    private static final int PER_ELEMENT = 16;

    private final Request request;
    private final Executor largeBodies;
    private volatile Executor executor;
    private final IntUnaryOperator limitByFirstByte;
    private final int perByte;
    private final String advice;
    private final RequestMemory memory;
    private final ConnectionWatch.Watched watched;
    private final ArrivedBytes arrived = new ArrivedBytes();
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private long marks;
    private int limit = -1;
    private volatile Optional<Duration> demanded = Optional.empty();

    private RequestBodyReader(HttpExchange exchange, IntUnaryOperator limitByFirstByte, int perByte, String advice) {
        this.advice = advice;
        this.request = exchange.request();
        this.executor = exchange.executor();
        this.largeBodies = exchange.largeBodies();
        this.memory = exchange.memory();
        this.watched = ConnectionWatch.of(request);
        this.limitByFirstByte = limitByFirstByte;
        this.perByte = perByte;
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
     * Reads a body; its first byte that is not white space decides its size limit. When there is memory to work on the
     * body, the work begins on an executor of the exchange. Fails with an {@link HttpErrorException} as soon as the body is
     * known to be too large.
     */
    public static <T> CompletableFuture<T> read(
            HttpExchange exchange, IntUnaryOperator limitByFirstByte, Function<byte[], CompletableFuture<T>> work) {
        return read(exchange, limitByFirstByte, PER_BYTE, AppendBodyParser.SMALLER, work);
    }

    /** As {@link #read}, for a body that becomes a tree. */
    public static <T> CompletableFuture<T> readForTree(
            HttpExchange exchange, IntUnaryOperator limitByFirstByte, Function<byte[], CompletableFuture<T>> work) {
        return read(exchange, limitByFirstByte, PER_BYTE + PER_BYTE_OF_TREE, AppendBodyParser.SMALLER, work);
    }

    /** As {@link #read}, for the log of a stream with at most {@code most} bytes. */
    public static <T> CompletableFuture<T> readLog(
            HttpExchange exchange, int most, Function<byte[], CompletableFuture<T>> work) {
        return read(exchange, first -> most, PER_BYTE_OF_LOG, "import the events up to an earlier offset", work);
    }

    private static <T> CompletableFuture<T> read(
            HttpExchange exchange,
            IntUnaryOperator limitByFirstByte,
            int perByte,
            String advice,
            Function<byte[], CompletableFuture<T>> work) {
        RequestBodyReader body = new RequestBodyReader(exchange, limitByFirstByte, perByte, advice);
        int most = Math.max(limitByFirstByte.applyAsInt('['), limitByFirstByte.applyAsInt(' '));
        body.watched.receive(body::dropAsSlow);
        body.watched.pause();
        body.memory.droppableBody(body::stalled, body::dropAsSlow);
        // added before the body is read: the work must not run on this thread because the body was there at once
        CompletableFuture<T> done = body.result.thenCompose(work);
        body.excess(most, 0, exchange.request().getLength()).ifPresentOrElse(body.result::completeExceptionally, body);
        return done;
    }

    @Override
    public void run() {
        while (true) {
            if (executor != largeBodies && Math.max(request.getLength(), arrived.size()) >= LARGE) {
                executor = largeBodies;
                executor.execute(this);
                return;
            }
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                awaitMore();
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                result.completeExceptionally(broken(chunk.getFailure()));
                return;
            }
            if (arrived.isDropped()) {
                chunk.release();
                return;
            }
            Optional<HttpErrorException> excess = take(chunk.getByteBuffer());
            boolean last = chunk.isLast();
            chunk.release();
            if (excess.isPresent()) {
                forget();
                result.completeExceptionally(excess.get());
                return;
            }
            if (last) {
                complete();
                return;
            }
        }
    }

    /** The time counts as the client's only until more bytes are there, not until a thread reads them. */
    private void awaitMore() {
        demanded = Optional.of(memory.elapsed());
        watched.resume();
        request.demand(() -> {
            watched.pause();
            demanded = Optional.empty();
            executor.execute(this);
        });
    }

    private Duration stalled() {
        return demanded.map(memory.elapsed()::minus).orElse(Duration.ZERO);
    }

    private void complete() {
        if (!arrived.complete()) {
            return;
        }
        watched.answer();
        long cost = (long) arrived.size() * perByte + marks;
        CompletableFuture<Void> taken = memory.take(cost);
        var unused = arrived.size() >= LARGE
                ? taken.whenCompleteAsync(this::pass, largeBodies) // after a wait it completes elsewhere
                : taken.whenComplete(this::pass);
    }

    private void pass(Void granted, @Nullable Throwable failure) {
        if (failure == null) {
            byte[] body = arrived.join();
            memory.forgetBody();
            result.complete(body);
        } else {
            forget();
            result.completeExceptionally(failure);
        }
    }

    /** A refused body takes no memory while its rest is drained. */
    private void forget() {
        arrived.clear();
        memory.forgetBody();
    }

    /**
     * The answer to a body that ends early or stalls: a connection has failed, and the caller sends the request again.
     * Bad framing is a 400: an error of the client.
     */
    private HttpErrorException broken(Throwable failure) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        boolean isCutOff = failure instanceof TimeoutException || endPoint.isInputShutdown() || !endPoint.isOpen();
        String why = failure instanceof HttpException http ? http.getReason() : failure.getMessage();
        String text = "the end of the body was not received (" + why + "); nothing was appended; send it again";
        return isCutOff ? HttpErrorException.incomplete(text) : HttpErrorException.badRequest("body", text);
    }

    /** The body arrives too slowly: alone, or while others need the memory. */
    private void dropAsSlow() {
        OptionalInt size = arrived.drop();
        if (size.isPresent()) {
            watched.answer();
            memory.forgetBody();
            HttpErrorException failure = HttpErrorException.incomplete("the body arrived too slowly: " + size.getAsInt()
                    + " bytes so far; nothing was appended; send it again");
            executor.execute(() -> result.completeExceptionally(failure)); // this thread may be a timer's
        }
    }

    private Optional<HttpErrorException> take(ByteBuffer bytes) {
        int more = bytes.remaining();
        if (more == 0) {
            return Optional.empty();
        }
        watched.received(more);
        if (limit < 0) {
            limit = limit(bytes);
        }
        long arriving = (long) arrived.size() + more;
        Optional<HttpErrorException> excess = limit < 0
                ? excess(limitByFirstByte.applyAsInt(' '), arriving, 0) // the kind of the body is not known yet
                : excess(limit, arriving, request.getLength());
        if (excess.isPresent()) {
            return excess;
        }
        RequestMemory.Answer answer = memory.keep(more);
        if (answer != RequestMemory.Answer.KEPT) {
            return Optional.of(memory.busy());
        }
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            byte b = bytes.get(i);
            marks += b == ':' ? PER_NAME : b == ',' || b == '[' || b == '{' || b == '\n' ? PER_ELEMENT : 0;
        }
        arrived.add(bytes);
        return Optional.empty();
    }

    private int limit(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) > ' ' || bytes.get(i) < 0) {
                return limitByFirstByte.applyAsInt(bytes.get(i));
            }
        }
        return -1;
    }

    /**
     * Refuses a body if the bytes so far or the announced ones are more than is allowed, or than the memory can hold;
     * names the smaller of both.
     */
    private Optional<HttpErrorException> excess(int allowed, long arriving, long announced) {
        long fits = memory.largestBody(perByte);
        long most = Math.min(allowed, fits);
        if (Math.max(arriving, announced) <= most) {
            return Optional.empty();
        }
        String sent = (announced > most ? announced : "more than " + most) + " bytes";
        String kind = perByte > PER_BYTE ? "the body that is to be transformed has " : "the body has ";
        return Optional.of(
                fits < allowed
                        ? RequestMemory.tooLarge(kind + sent, fits)
                        : AppendBodyParser.tooLarge("body", allowed, sent, advice));
    }
}
