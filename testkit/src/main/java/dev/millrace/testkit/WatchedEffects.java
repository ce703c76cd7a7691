package dev.millrace.testkit;

import dev.millrace.core.Appended;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Because;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Draft;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.processor.Term;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The effects of a run, which take note of launches.
 *
 * @param real what does everything
 * @param runs what runs in the place of the processor
 */
record WatchedEffects(Effects real, Watched<?> runs) implements Effects {
    @Override
    public CompletableFuture<Appended> append(Draft draft) {
        return real.append(draft);
    }

    @Override
    public Attempt launch(String name, Because because, Function<Attempt, ? extends CompletionStage<?>> work) {
        return noted(real.launch(name, because, attempt -> work.apply(watched(attempt))));
    }

    @Override
    public Attempt launch(
            String name, Because because, Term term, Function<Attempt, ? extends CompletionStage<?>> work) {
        return noted(real.launch(name, because, term, attempt -> work.apply(watched(attempt))));
    }

    @Override
    public Attempt after(
            Duration delay, String name, Because because, Function<Attempt, ? extends CompletionStage<?>> work) {
        return noted(real.after(delay, name, because, attempt -> work.apply(watched(attempt))));
    }

    @Override
    public Attempt at(Instant due, String name, Because because, Function<Attempt, ? extends CompletionStage<?>> work) {
        return noted(real.at(due, name, because, attempt -> work.apply(watched(attempt))));
    }

    private Attempt noted(Attempt attempt) {
        runs.launches().note(attempt);
        return watched(attempt);
    }

    private Attempt watched(Attempt attempt) {
        return new WatchedAttempt(attempt, runs);
    }

    @Override
    public Optional<Attempt> running(String name) {
        return real.running(name).map(this::watched);
    }

    @Override
    public StreamPath path() {
        return real.path();
    }

    @Override
    public Instant now() {
        return real.now();
    }

    @Override
    public Delivery delivery() {
        return real.delivery();
    }

    @Override
    public <T> T current(Processor<T> processor) {
        return real.current(runs.inPlaceOf(processor));
    }
}
