package dev.millrace.core.internal.run;

import dev.millrace.core.runner.RunnerStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** What a runner shows of what runs: one run, or one after the other as leases come and go. Safe for use by many threads. */
public interface RunHandle<S> {
    S state();

    RunnerStatus status();

    boolean isCaughtUp();

    boolean isIdle();

    long reducedThrough();

    long acknowledgedThrough();

    CompletableFuture<RunnerStatus> ended();

    CompletableFuture<Void> when(BooleanSupplier condition);

    void stop(Duration deadline);
}
