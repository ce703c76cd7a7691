package dev.millrace.core.internal.run;

import dev.millrace.core.Event;
import dev.millrace.core.internal.snapshot.SnapshotSettings;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerListener;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** How a runner runs, apart from what it runs. */
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
        Failpoints failpoints) {
    /** The same with another policy, store, snapshots and listeners. */
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
                failpoints);
    }

    /** How long to wait before another subscription is made in the place of one that has ended. */
    public static final Backoff RECONNECT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** How long an append may wait for another stream to be resumed before it becomes a dead letter. */
    public static final Duration FOREIGN_PARKING_LIMIT = Duration.ofSeconds(30);

    /** How many crossings between streams a chain of reactions may have and still wait for a paused stream. */
    public static final int MOST_HOPS = 64;

    /** How long a chain of reactions may be and still wait for a paused stream. */
    public static final int MOST_DEPTH = 1000;

    /** How often a parked append looks whether the stream accepts it by now, unless told of the resume. */
    public static final Duration PARKING_INTERVAL = Duration.ofSeconds(2);

    /** How often an append to a service that cannot be reached is sent before it fails. */
    public static final int SENDS = 10;
}
