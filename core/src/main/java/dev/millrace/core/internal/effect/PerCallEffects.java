package dev.millrace.core.internal.effect;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.CausalAppender;
import dev.millrace.core.internal.run.RunnerListenerDispatcher;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.TimeLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The {@link Effects} of one call of a processor.
 *
 * @param seen the tasks that were running when the processor was given its state, or last asked for the newest one
 */
record PerCallEffects<S>(
        StreamPath path,
        CausalAppender causalAppender,
        RunningTasks<S> runningTasks,
        RunningTasks.Surroundings<S> surroundings,
        RunnerListenerDispatcher notices,
        Delivery delivery,
        AtomicReference<Map<String, RunningTasks<S>.Running>> seen,
        BooleanSupplier over)
        implements Effects<S> {
    @Override
    public CompletableFuture<AppendResult> append(EventDraft draft) {
        return causalAppender.append(draft);
    }

    @Override
    public BackgroundTask<S> launch(
            String name, CausingOffset causingOffset, Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        return launch(name, causingOffset, TimeLimit.OPEN, RunningTasks.Start.NOW, work);
    }

    @Override
    public BackgroundTask<S> launch(
            String name,
            CausingOffset causingOffset,
            TimeLimit term,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        return launch(name, causingOffset, term, RunningTasks.Start.NOW, work);
    }

    @Override
    public BackgroundTask<S> after(
            Duration delay,
            String name,
            CausingOffset causingOffset,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        RunningTasks.Start start = RunningTasks.Start.after(delay);
        return launch(name, causingOffset, TimeLimit.OPEN, start, work);
    }

    @Override
    public BackgroundTask<S> at(
            Instant due,
            String name,
            CausingOffset causingOffset,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        RunningTasks.Start start = due.isAfter(now()) ? RunningTasks.Start.at(due) : RunningTasks.Start.NOW;
        return launch(name, causingOffset, TimeLimit.OPEN, start, work);
    }

    private BackgroundTask<S> launch(
            String name,
            CausingOffset causingOffset,
            TimeLimit term,
            RunningTasks.Start start,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work) {
        return runningTasks.launch(name, causingOffset, term, start, notices.watching(work), seen.get(), over);
    }

    @Override
    public Optional<BackgroundTask<S>> running(String name) {
        return runningTasks.find(name);
    }

    @Override
    public Instant now() {
        return surroundings.timers().now();
    }

    @Override
    public Optional<Fence> lease() {
        return surroundings.lease();
    }

    @Override
    public S current() {
        seen.set(runningTasks.all()); // first, so that the state shows what a task did that is not among them
        return surroundings.current();
    }

    @Override
    public CompletableFuture<List<Event>> read(ReadRange range) {
        return surroundings.read(range, over);
    }
}
