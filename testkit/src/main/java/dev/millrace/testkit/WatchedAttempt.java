package dev.millrace.testkit;

import dev.millrace.core.Appended;
import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Because;
import dev.millrace.core.processor.Draft;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletableFuture;

/**
 * An attempt of a watched processor, which knows the processor by its own name.
 *
 * @param real what does everything
 * @param runs what runs in the place of the processor
 */
record WatchedAttempt(Attempt real, Watched<?> runs) implements Attempt {
    @Override
    public String name() {
        return real.name();
    }

    @Override
    public Because because() {
        return real.because();
    }

    @Override
    public CompletableFuture<Appended> append(Draft draft) {
        return real.append(draft);
    }

    @Override
    public <T> T current(Processor<T> processor) {
        return real.current(runs.inPlaceOf(processor));
    }

    @Override
    public boolean isCancelled() {
        return real.isCancelled();
    }

    @Override
    public void onCancel(Runnable action) {
        real.onCancel(action);
    }

    @Override
    public void cancel() {
        real.cancel();
    }

    @Override
    public CompletableFuture<Void> done() {
        return real.done();
    }
}
