package dev.millrace.client.internal.http;

import dev.millrace.core.StreamException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;

/** An asynchronous HTTP caller: it sends an operation once and returns a future. Thread-safe. */
public final class AsyncHttpCaller {
    private final Call.Factory calls;
    private volatile boolean closed;

    public AsyncHttpCaller(Call.Factory calls) {
        this.calls = calls;
    }

    /** Lets every later operation fail at once; running ones are not cancelled. */
    public void close() {
        closed = true;
    }

    /**
     * Sends an operation. If the future fails, it fails with a {@link StreamException}. Cancelling it cancels the call;
     * the service may have done it already.
     */
    public <T> CompletableFuture<T> send(ApiCall<T> apiCall) {
        if (closed) {
            return CompletableFuture.failedFuture(StreamExceptions.closed(apiCall.verb(), apiCall.path()));
        }
        CompletableFuture<T> future = new CompletableFuture<>();
        Call call = calls.newCall(apiCall.request());
        var unused = future.whenComplete((value, failure) -> {
            if (future.isCancelled()) {
                call.cancel();
            }
        });
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                future.completeExceptionally(
                        closed
                                ? StreamExceptions.closed(apiCall.verb(), apiCall.path())
                                : StreamExceptions.unreachable(apiCall.verb(), apiCall.path(), apiCall.request(), e));
            }

            @Override
            public void onResponse(Call answered, Response response) {
                T value;
                try (response) {
                    value = read(apiCall, response);
                } catch (StreamException e) {
                    future.completeExceptionally(e);
                    return;
                }
                future.complete(value);
            }
        });
        return future;
    }

    /** As {@link #send}, without the result. */
    public CompletableFuture<Void> perform(ApiCall<?> apiCall) {
        CompletableFuture<?> answer = send(apiCall);
        CompletableFuture<Void> done = new CompletableFuture<>();
        var unused = answer.whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
        var unusedToo = done.whenComplete((value, failure) -> {
            if (done.isCancelled()) {
                answer.cancel(false);
            }
        });
        return done;
    }

    private static <T> T read(ApiCall<T> apiCall, Response response) {
        if (!response.isSuccessful()) {
            throw StreamExceptions.refused(apiCall.verb(), apiCall.path(), response);
        }
        try {
            return apiCall.answer().read(response);
        } catch (IOException e) {
            throw StreamExceptions.unreachable(apiCall.verb(), apiCall.path(), apiCall.request(), e);
        } catch (RuntimeException e) {
            throw StreamExceptions.unreadable(apiCall.verb(), apiCall.path(), apiCall.request(), e);
        }
    }
}
