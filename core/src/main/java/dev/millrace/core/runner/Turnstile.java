package dev.millrace.core.runner;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Lets so many requests be under way at once, the others wait in order. Safe for use by many threads. */
final class Turnstile {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int free;

    Turnstile(int atOnce) {
        this.free = atOnce;
    }

    /** Begins a request when it is its turn. */
    <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable begin = () -> begin(request, answer);
        synchronized (this) {
            if (free == 0) {
                waiting.add(begin);
                return answer;
            }
            free--;
        }
        begin.run();
        return answer;
    }

    private <T> void begin(Supplier<CompletableFuture<T>> request, CompletableFuture<T> answer) {
        CompletableFuture<T> begun;
        try {
            begun = request.get();
        } catch (RuntimeException refused) {
            begun = CompletableFuture.failedFuture(refused);
        }
        begun.whenComplete((value, failure) -> {
            next();
            if (failure != null) {
                answer.completeExceptionally(Appender.unwrap(failure));
            } else {
                answer.complete(value);
            }
        });
    }

    private void next() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        next.run();
    }
}
