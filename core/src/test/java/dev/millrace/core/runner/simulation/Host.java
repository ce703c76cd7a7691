package dev.millrace.core.runner.simulation;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.EffectsFrom;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/** One runner in a process of its own, which dies without a word: what it had begun, it never goes on with. */
final class Host implements Executor, Timers, ProgressStore {
    private final World world;
    private final String name;
    private final Map<String, Progress> disk;
    private final Log log;
    private final Ledger ledger;
    private final ProcessorRunner<Ledger.Account> runner;
    private String incarnation = "";
    private boolean dead;

    Host(
            World world,
            String name,
            Log log,
            Map<String, Progress> disk,
            Optional<SnapshotStore> snapshots,
            EffectsFrom policy) {
        this.world = world;
        this.name = name;
        this.log = log;
        this.disk = disk;
        this.ledger = new Ledger(world, this);
        world.note(name + " starts");
        ProcessorRunner.Builder<Ledger.Account> builder =
                ProcessorRunner.builder(new Network(world, log, this), ledger).stream(Log.PATH)
                        .executor(this)
                        .timers(this)
                        .progress(this)
                        .effectsFrom(policy)
                        .random(new SplittableRandom(world.seed()))
                        .retry(new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1)))
                        .maxUnacknowledged(10_000);
        snapshots.ifPresent(
                store -> builder.snapshots(store, Ledger.Account.class).snapshotEvery(5));
        this.runner = builder.start();
    }

    /** It is connected to this life of the stream. */
    void attends(String life) {
        incarnation = life;
    }

    /** Whether it still acts on a stream that is no more. */
    boolean isBehindTheTimes() {
        return !incarnation.equals(log.incarnation());
    }

    boolean isDead() {
        return dead;
    }

    Ledger ledger() {
        return ledger;
    }

    ProcessorRunner<Ledger.Account> runner() {
        return runner;
    }

    boolean isLive() {
        return runner.status().phase() == Phase.LIVE;
    }

    /** The power is cut. */
    void die() {
        world.note(name + " dies");
        dead = true;
    }

    /** It is asked to stop, and does. */
    void stop() {
        world.note(name + " stops");
        runner.stop(Duration.ZERO);
        dead = true;
    }

    void note(String what) {
        world.note(name + " " + what);
    }

    private void ifAlive(Runnable task) {
        if (!dead) {
            task.run();
        }
    }

    @Override
    public void execute(Runnable task) {
        world.soon(() -> ifAlive(task));
    }

    @Override
    public Instant now() {
        return world.now();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return world.after(delay, () -> ifAlive(task));
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return Optional.ofNullable(disk.get(slug + path));
    }

    /** A save reaches the disk a little later, unless the process is dead by then. */
    @Override
    public void save(Progress progress) {
        Runnable write = () -> {
            Progress old = disk.put(progress.slug() + progress.path(), progress);
            boolean back = old != null
                    && old.incarnation().equals(progress.incarnation())
                    && old.acknowledgedThrough() > progress.acknowledgedThrough();
            if (back) { // another copy was further already; coalescing stores keep the newest
                disk.put(progress.slug() + progress.path(), old);
            }
        };
        if (world.oneIn(2)) {
            write.run();
        } else {
            after(world.upTo(100), write);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
