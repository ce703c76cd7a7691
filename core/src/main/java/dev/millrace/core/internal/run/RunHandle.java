package dev.millrace.core.internal.run;

import dev.millrace.core.internal.lease.LeasedRun;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The part of a run that {@link ProcessorRunner} uses; implemented by {@link ProcessorRun} and {@link LeasedRun}. Safe
 * for use by many threads.
 */
public interface RunHandle<S> {
    /** The run that is active now. */
    ProcessorRun<S> current();

    /** Whether it is known if this process acts: a run with a lease learns it some time after the start. */
    default boolean isDecided() {
        return true;
    }

    RunnerStatus status();

    long acknowledgedThrough();

    CompletableFuture<RunnerStatus> ended();

    CompletableFuture<Void> when(BooleanSupplier condition);

    void stop(Duration deadline);
}
