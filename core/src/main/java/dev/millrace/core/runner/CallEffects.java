package dev.millrace.core.runner;

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
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The effects handed to one call of a processor. */
record CallEffects(
        StreamPath path,
        Reactor reactor,
        Attempts attempts,
        Attempts.Surroundings surroundings,
        Notices notices,
        Delivery delivery,
        BooleanSupplier over)
        implements Effects {
    @Override
    public CompletableFuture<Appended> append(Draft draft) {
        return reactor.append(draft);
    }

    @Override
    public Attempt launch(String name, Because because, Function<Attempt, ? extends CompletionStage<?>> work) {
        return attempts.launch(name, because, Term.OPEN, Attempts.Start.NOW, notices.watching(work), over);
    }

    @Override
    public Attempt launch(
            String name, Because because, Term term, Function<Attempt, ? extends CompletionStage<?>> work) {
        return attempts.launch(name, because, term, Attempts.Start.NOW, notices.watching(work), over);
    }

    @Override
    public Attempt after(
            Duration delay, String name, Because because, Function<Attempt, ? extends CompletionStage<?>> work) {
        Attempts.Start start = Attempts.Start.after(delay);
        return attempts.launch(name, because, Term.OPEN, start, notices.watching(work), over);
    }

    @Override
    public Attempt at(Instant due, String name, Because because, Function<Attempt, ? extends CompletionStage<?>> work) {
        Attempts.Start start = due.isAfter(now()) ? Attempts.Start.at(due) : Attempts.Start.NOW;
        return attempts.launch(name, because, Term.OPEN, start, notices.watching(work), over);
    }

    @Override
    public Optional<Attempt> running(String name) {
        return attempts.find(name);
    }

    @Override
    public Instant now() {
        return surroundings.timers().now();
    }

    @Override
    public <S> S current(Processor<S> processor) {
        return surroundings.current(processor);
    }
}
