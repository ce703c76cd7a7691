package dev.millrace.core.internal.subtree;

import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.core.runner.SubtreeStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** The part of a run of a subtree that {@link SubtreeRunner} uses. Safe for use by many threads. */
public interface SubtreeHandle<S> {
    /** The streams of the run that is active now; empty in stand-by. */
    Optional<SubtreeStreams<S>> members();

    SubtreeStatus status();

    CompletableFuture<SubtreeStatus> ended();

    CompletableFuture<Void> when(BooleanSupplier condition);

    void stop(Duration deadline);
}
