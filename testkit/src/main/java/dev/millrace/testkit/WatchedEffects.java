package dev.millrace.testkit;

import dev.millrace.core.Appended;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Because;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Draft;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Term;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The effects of a run, which take note of launches.
 *
 * @param real what does everything
 * @param launches where they are noted
 * @param <S> the state
 */
record WatchedEffects<S>(Effects<S> real, Launches launches) implements Effects<S> {
    @Override
    public CompletableFuture<Appended> append(Draft draft) {
        return real.append(draft);
    }

    @Override
    public Attempt<S> launch(String name, Because because, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        return noted(real.launch(name, because, work));
    }

    @Override
    public Attempt<S> launch(
            String name, Because because, Term term, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        return noted(real.launch(name, because, term, work));
    }

    @Override
    public Attempt<S> after(
            Duration delay, String name, Because because, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        return noted(real.after(delay, name, because, work));
    }

    @Override
    public Attempt<S> at(
            Instant due, String name, Because because, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        return noted(real.at(due, name, because, work));
    }

    private Attempt<S> noted(Attempt<S> attempt) {
        launches.note(attempt);
        return attempt;
    }

    @Override
    public Optional<Attempt<S>> running(String name) {
        return real.running(name);
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
    public S current() {
        return real.current();
    }

    @Override
    public CompletableFuture<List<Event>> read(ReadRange range) {
        return real.read(range);
    }
}
