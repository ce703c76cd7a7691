package dev.millrace.client.internal.http;

import dev.millrace.core.StreamException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;

/** Sends an operation once and answers with a future. Safe for use by many threads. */
public final class AsyncHttpCaller {
    private final Call.Factory calls;
    private volatile boolean closed;

    public AsyncHttpCaller(Call.Factory calls) {
        this.calls = calls;
    }

    /** From here on every operation fails at once; those under way are not touched. */
    public void close() {
        closed = true;
    }

    /**
     * Sends. The future fails with a {@link StreamException}; cancelling it cancels the call, and the service may or may
     * not have done it.
     */
    public <T> CompletableFuture<T> send(ApiCall<T> operation) {
        if (closed) {
            return CompletableFuture.failedFuture(StreamExceptions.closed(operation.verb(), operation.path()));
        }
        CompletableFuture<T> future = new CompletableFuture<>();
        Call call = calls.newCall(operation.request());
        future.whenComplete((value, failure) -> {
            if (future.isCancelled()) {
                call.cancel();
            }
        });
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                future.completeExceptionally(
                        closed
                                ? StreamExceptions.closed(operation.verb(), operation.path())
                                : StreamExceptions.unreachable(
                                        operation.verb(), operation.path(), operation.request(), e));
            }

            @Override
            public void onResponse(Call answered, Response response) {
                T value;
                try (response) {
                    value = read(operation, response);
                } catch (StreamException e) {
                    future.completeExceptionally(e);
                    return;
                }
                future.complete(value);
            }
        });
        return future;
    }

    /** Sends, as {@link #send}, an operation whose answer says nothing but that it is done. */
    public CompletableFuture<Void> perform(ApiCall<?> operation) {
        CompletableFuture<?> answer = send(operation);
        CompletableFuture<Void> done = new CompletableFuture<>();
        answer.whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
        done.whenComplete((value, failure) -> {
            if (done.isCancelled()) {
                answer.cancel(false);
            }
        });
        return done;
    }

    private static <T> T read(ApiCall<T> operation, Response response) {
        if (!response.isSuccessful()) {
            throw StreamExceptions.refused(operation.verb(), operation.path(), response);
        }
        try {
            return operation.answer().read(response);
        } catch (IOException e) {
            throw StreamExceptions.unreachable(operation.verb(), operation.path(), operation.request(), e);
        } catch (RuntimeException e) {
            throw StreamExceptions.unreadable(operation.verb(), operation.path(), operation.request(), e);
        }
    }
}
