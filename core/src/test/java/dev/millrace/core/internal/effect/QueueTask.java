package dev.millrace.core.internal.effect;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A scripted task that records its calls. */
final class QueueTask implements EffectQueue.Task {
    private final String name;
    private final OptionalLong offset;
    private final List<String> journal;
    private final IntFunction<@Nullable CompletionStage<Void>> work;
    private boolean retryable = true;
    private CompletionStage<Void> burial = CompletableFuture.completedFuture(null);
    private @Nullable RuntimeException burialThrows;

    QueueTask(String name, List<String> journal, IntFunction<@Nullable CompletionStage<Void>> work) {
        this.name = name;
        this.journal = journal;
        this.work = work;
        this.offset = name.matches("[0-9]+") ? OptionalLong.of(Long.parseLong(name)) : OptionalLong.empty();
    }

    static QueueTask done(String name, List<String> journal) {
        return new QueueTask(name, journal, attempt -> CompletableFuture.completedFuture(null));
    }

    static QueueTask failing(String name, List<String> journal) {
        return new QueueTask(
                name, journal, attempt -> CompletableFuture.failedFuture(new IllegalStateException("no " + name)));
    }

    QueueTask notRetryable() {
        retryable = false;
        return this;
    }

    QueueTask buriedBy(CompletionStage<Void> stage) {
        burial = stage;
        return this;
    }

    QueueTask burialThrows(RuntimeException failure) {
        burialThrows = failure;
        return this;
    }

    @Override
    public OptionalLong offset() {
        return offset;
    }

    @Override
    @SuppressWarnings("NullAway") // the tests cover a task that returns null
    public CompletionStage<Void> run(int attempt) {
        journal.add(name + "#" + attempt);
        return work.apply(attempt);
    }

    @Override
    public boolean mayRetry(Throwable failure) {
        return retryable;
    }

    @Override
    public CompletionStage<Void> failed(Throwable failure, int attempts) {
        journal.add(name + " failed after " + attempts + ": " + failure.getMessage());
        if (burialThrows != null) {
            throw burialThrows;
        }
        return burial;
    }
}
