package dev.millrace.core.runner.simulation;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.RunnerStatus.Phase;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A process with a runner of one stream. */
final class Host extends Machine {
    private final Ledger ledger;
    private final ProcessorRunner<Ledger.Account> runner;

    Host(
            World world,
            String name,
            Service service,
            Disk disk,
            Clock clock,
            Manners manners,
            UnaryOperator<ProcessorRunner.Builder<Ledger.Account>> configured) {
        super(world, name, service, disk, clock, manners);
        this.ledger = new Ledger(world, this);
        ProcessorRunner.Builder<Ledger.Account> builder =
                ProcessorRunner.builder(new Network(world, service, this), ledger).stream(Log.PATH)
                        .executor(this)
                        .timers(this)
                        .progress(this)
                        .random(new SplittableRandom(world.seed()))
                        .retry(new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1)))
                        .maxUnacknowledged(10_000);
        this.runner = configured.apply(builder).start();
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

    @Override
    void stopRunner() {
        runner.stop(Duration.ZERO);
    }
}
