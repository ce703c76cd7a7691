package dev.millrace.processors.script.internal.fetch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import okhttp3.Call;
import okhttp3.Response;
import okio.BufferedSource;

/** An HTTP response whose body is read in pieces: texts with one character per byte. Only one read at a time. */
public final class StreamedResponse {
    private static final int PIECE = 32 << 10;

    private final Call call;
    private final Response response;
    private final boolean redirected;
    private final ResponseRedactor responseRedactor;
    private final ResponseBudget budget;
    private boolean ended;
    private volatile boolean finished;

    StreamedResponse(
            Call call,
            Response response,
            boolean redirected,
            ResponseRedactor responseRedactor,
            ResponseBudget budget) {
        this.call = call;
        this.response = response;
        this.redirected = redirected;
        this.responseRedactor = responseRedactor;
        this.budget = budget;
    }

    /** Status and headers, in the form that the guest expects. */
    public ObjectNode head(int id) {
        ObjectNode head = JsonNodeFactory.instance.objectNode();
        head.put("answer", id);
        head.put("status", response.code());
        head.put("statusText", responseRedactor.whole(response.message()));
        head.put("redirected", redirected);
        head.put("url", responseRedactor.whole(response.request().url().toString()));
        ArrayNode headers = head.putArray("headers");
        response.headers()
                .forEach(header -> headers.addArray()
                        .add(responseRedactor.whole(header.getFirst()))
                        .add(responseRedactor.whole(header.getSecond())));
        return head;
    }

    /** Reads the next piece; empty at the end. Fails with {@link FetchException}. */
    public CompletableFuture<Optional<String>> read() {
        try {
            return CompletableFuture.supplyAsync(this::piece, FetchExecutors.shared());
        } catch (RejectedExecutionException busy) {
            return CompletableFuture.failedFuture(new FetchException(FetchExecutors.BUSY));
        }
    }

    private synchronized Optional<String> piece() {
        try {
            BufferedSource source = response.body().source();
            byte[] bytes = new byte[PIECE];
            while (!ended) {
                int count = source.read(bytes);
                ended = count < 0;
                finished = ended;
                budget.spend(Math.max(0, count));
                String text = ended
                        ? responseRedactor.rest()
                        : responseRedactor.next(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
                if (!text.isEmpty()) {
                    return Optional.of(text);
                }
            }
            return Optional.empty();
        } catch (IOException broken) {
            throw new FetchException("the response of "
                    + responseRedactor.whole(response.request().url().host()) + " broke off");
        }
    }

    /** Closes the response, also during a read; cancels the request if the body was not read to its end. */
    public void close() {
        if (!finished) {
            call.cancel();
        }
        try {
            FetchExecutors.shared().execute(this::closeResponse);
        } catch (RejectedExecutionException busy) {
            closeResponse();
        }
    }

    private synchronized void closeResponse() {
        response.close();
    }
}
