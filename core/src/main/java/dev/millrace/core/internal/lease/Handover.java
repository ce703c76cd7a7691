package dev.millrace.core.internal.lease;

import dev.millrace.core.internal.effect.EffectQueue;
import dev.millrace.core.internal.run.BoundedAwait;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.runner.ProgressStore;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** The end of the use of a lease, after the effects have ended. */
final class Handover {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private Handover() {}

    /** Flushes progress and then releases the lease, because the next holder reads the progress then. */
    static void release(LeaseHandle lease, RunnerOptions options, boolean acted, Duration deadline) {
        if (acted && !deadline.isZero() && !EffectQueue.isInside()) {
            flush(options, atMost(deadline));
        }
        CompletableFuture<?> released = lease.stop();
        if (!EffectQueue.isInside()) {
            BoundedAwait.completes(released, atMost(deadline));
        }
    }

    private static void flush(RunnerOptions options, Duration limit) {
        if (options.progress() instanceof ProgressStore.Durable store) {
            try {
                BoundedAwait.completes(CompletableFuture.runAsync(store::flush, options.executor()), limit);
            } catch (RejectedExecutionException shutDown) {
                LOG.log(Level.DEBUG, "progress could not be flushed before the lease is released", shutDown);
            }
        }
    }

    private static Duration atMost(Duration deadline) {
        return deadline.compareTo(LONGEST) < 0 ? deadline : LONGEST;
    }
}
