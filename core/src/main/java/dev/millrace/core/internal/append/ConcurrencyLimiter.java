package dev.millrace.core.internal.append;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A limit of concurrent requests; further requests wait in order. Safe for use by many threads. */
public final class ConcurrencyLimiter {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int free;
    private boolean beginning;

    public ConcurrencyLimiter(int atOnce) {
        this.free = atOnce;
    }

    public <T> CompletableFuture<T> submit(Supplier<CompletableFuture<T>> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        synchronized (this) {
            waiting.add(() -> begin(request, answer));
        }
        beginWaiting();
        return answer;
    }

    private <T> void begin(Supplier<CompletableFuture<T>> request, CompletableFuture<T> answer) {
        CompletableFuture<T> begun;
        try {
            begun = request.get();
        } catch (RuntimeException refused) {
            begun = CompletableFuture.failedFuture(refused);
        }
        var unused = begun.whenComplete((value, failure) -> {
            synchronized (this) {
                free++;
            }
            beginWaiting();
            if (failure != null) {
                answer.completeExceptionally(Appender.unwrap(failure));
            } else {
                answer.complete(value);
            }
        });
    }

    /** Starts requests in a loop, one thread at a time, because nested calls could overflow the stack. */
    private void beginWaiting() {
        while (true) {
            Runnable next;
            synchronized (this) {
                if (beginning || free == 0 || waiting.isEmpty()) {
                    return;
                }
                beginning = true;
                free--;
                next = waiting.remove();
            }
            try {
                next.run();
            } finally {
                synchronized (this) {
                    beginning = false;
                }
            }
        }
    }
}
