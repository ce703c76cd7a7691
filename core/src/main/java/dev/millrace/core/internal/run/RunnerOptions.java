package dev.millrace.core.internal.run;

import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.internal.snapshot.SnapshotSettings;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerListener;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The settings of a runner.
 *
 * @param fence the lease under which it acts; empty without one
 */
public record RunnerOptions(
        EffectStartPolicy effectsFrom,
        ProgressStore progress,
        Timers timers,
        Executor executor,
        RandomGenerator random,
        RetryPolicy retry,
        Duration reconnectGrace,
        int maxUnacknowledged,
        Duration heartbeat,
        Predicate<Event> last,
        Optional<Duration> staleAfter,
        Optional<SnapshotSettings<?>> snapshots,
        List<RunnerListener> listeners,
        Failpoints failpoints,
        Optional<Fence> fence) {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    public RunnerOptions with(
            EffectStartPolicy policy,
            ProgressStore store,
            Optional<SnapshotSettings<?>> otherSnapshots,
            List<RunnerListener> otherListeners) {
        return new RunnerOptions(
                policy,
                store,
                timers,
                executor,
                random,
                retry,
                reconnectGrace,
                maxUnacknowledged,
                heartbeat,
                last,
                staleAfter,
                otherSnapshots,
                otherListeners,
                failpoints,
                fence);
    }

    /** The same settings with another executor. */
    public RunnerOptions on(Executor threads) {
        return new RunnerOptions(
                effectsFrom,
                progress,
                timers,
                threads,
                random,
                retry,
                reconnectGrace,
                maxUnacknowledged,
                heartbeat,
                last,
                staleAfter,
                snapshots,
                listeners,
                failpoints,
                fence);
    }

    /** The settings of a run under a lease. */
    public RunnerOptions under(Fence lease, ProgressStore store) {
        return new RunnerOptions(
                effectsFrom,
                store,
                timers,
                executor,
                random,
                retry,
                reconnectGrace,
                maxUnacknowledged,
                heartbeat,
                last,
                staleAfter,
                snapshots,
                listeners,
                failpoints,
                Optional.of(lease));
    }

    /** Runs a task on the executor after a delay; not if the executor was shut down meanwhile. */
    public Timers.Timer later(Duration delay, Runnable task) {
        return timers.after(delay, () -> executeUnlessShutDown(executor, task));
    }

    /**
     * Runs a task, from a timer. An executor that was shut down refuses it: what the timer was for has ended, and a timer
     * that fires in the same moment is no fault.
     *
     * @throws RejectedExecutionException if the executor is known to work, but has no room
     */
    public static void executeUnlessShutDown(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException refused) {
            if (executor instanceof ExecutorService service && !service.isShutdown()) {
                throw refused;
            }
            LOG.log(Level.DEBUG, "a timer fired after the end of its threads", refused);
        }
    }

    /** Runs a task on the executor after the delay before a new subscription. */
    public void afterLoss(int losses, Runnable task) {
        later(RECONNECT.delay(losses, random), task);
    }

    /** The delay before a new subscription after one has ended. */
    public static final Backoff RECONNECT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** How long an append to another, paused stream waits before it fails. */
    public static final Duration PAUSED_WAIT_LIMIT = Duration.ofSeconds(30);

    /** The interval at which an append that waits for a paused stream is sent again. */
    public static final Duration PARKING_INTERVAL = Duration.ofSeconds(2);

    /** How often an append is sent in all if the service cannot be reached. */
    public static final int SENDS = 10;
}
