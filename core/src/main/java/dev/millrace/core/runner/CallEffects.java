package dev.millrace.core.runner;

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
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The effects handed to one call of a processor. */
record CallEffects<S>(
        StreamPath path,
        Reactor reactor,
        Attempts<S> attempts,
        Attempts.Surroundings<S> surroundings,
        Notices notices,
        Delivery delivery,
        BooleanSupplier over)
        implements Effects<S> {
    @Override
    public CompletableFuture<Appended> append(Draft draft) {
        return reactor.append(draft);
    }

    @Override
    public Attempt<S> launch(String name, Because because, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        return attempts.launch(name, because, Term.OPEN, Attempts.Start.NOW, notices.watching(work), over);
    }

    @Override
    public Attempt<S> launch(
            String name, Because because, Term term, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        return attempts.launch(name, because, term, Attempts.Start.NOW, notices.watching(work), over);
    }

    @Override
    public Attempt<S> after(
            Duration delay, String name, Because because, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        Attempts.Start start = Attempts.Start.after(delay);
        return attempts.launch(name, because, Term.OPEN, start, notices.watching(work), over);
    }

    @Override
    public Attempt<S> at(
            Instant due, String name, Because because, Function<Attempt<S>, ? extends CompletionStage<?>> work) {
        Attempts.Start start = due.isAfter(now()) ? Attempts.Start.at(due) : Attempts.Start.NOW;
        return attempts.launch(name, because, Term.OPEN, start, notices.watching(work), over);
    }

    @Override
    public Optional<Attempt<S>> running(String name) {
        return attempts.find(name);
    }

    @Override
    public Instant now() {
        return surroundings.timers().now();
    }

    @Override
    public S current() {
        return surroundings.current();
    }

    @Override
    public CompletableFuture<List<Event>> read(ReadRange range) {
        return surroundings.read(range, over);
    }
}
