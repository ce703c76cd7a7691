package dev.millrace.core.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.simulation.Ledger.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A simulation of two or three processes with one exclusive processor, determined by a seed. For two minutes they
 * crash, sleep longer than their lease, are cut off in one or both directions, stop and return, each with its own
 * clock. Then the faults end: one process has to hold the lease and to finish all work. With every fourth seed the
 * clocks are equal, no process sleeps, and a process notices a silent connection; then two processes must never believe
 * at the same time that they hold the lease.
 */
final class LeaseSimulation {
    static final Duration LEASE = Duration.ofSeconds(10);

    private static final Duration STORM = Duration.ofMinutes(2);

    /**
     * The longest takeover: no connection for 40 s, one silent lease on a slow clock, one lease whose claimer does not
     * use it, and one more lease.
     */
    private static final Duration TAKEOVER = Duration.ofSeconds(90);

    private static final Duration SETTLEMENT = Duration.ofSeconds(30);
    private static final int RETRIES = 3;
    private static final int[] SPEEDS = {50, 80, 100, 100, 125, 200};

    private final World world;
    private final Service service;
    private final LeaseWitness witness;
    private final boolean polite;
    private final Disk disk = new Disk();
    private final Optional<SnapshotStore> snapshots;
    private final List<Host> running = new ArrayList<>();
    private final int hosts;
    private final int pace;
    private int processes;
    private int ids;

    LeaseSimulation(long seed) {
        this.world = new World(seed);
        this.polite = seed % 4 == 0;
        this.snapshots = seed % 2 == 0 ? Optional.empty() : Optional.of(SnapshotStore.inMemory());
        this.service = new Service(world);
        this.witness = new LeaseWitness(world, service);
        this.hosts = 2 + world.pick(2);
        this.pace = world.oneIn(2) ? 1 : 20;
        service.log();
        service.at(LeaseWitness.LEASES);
    }

    /** Runs the simulation and checks the result; returns the trace. */
    String run() {
        IntStream.range(0, hosts).forEach(number -> world.after(world.upTo(3000), this::start));
        int deeds = 20 + world.pick(50);
        for (int i = 0; i < deeds; i++) {
            world.after(world.upTo((int) STORM.toMillis()), this::deed);
        }
        world.turn(world.now().plus(STORM));
        world.calmDown();
        living().forEach(Host::wake);
        living().forEach(Host::joinAgain);
        for (Log log : List.of(service.log(), service.at(LeaseWitness.LEASES))) {
            log.append(EventInput.ofType(BuiltInType.RESUMED.type()));
        }
        if (living().isEmpty()) {
            start();
        }
        world.turn(world.now().plus(TAKEOVER));
        judgeTakeover();
        int epoch = witness.newest();
        world.turn(world.now().plus(SETTLEMENT));
        assertThat(witness.newest()).as("no lease is claimed without need").isEqualTo(epoch);
        judge();
        return world.trace();
    }

    private List<Host> living() {
        running.removeIf(Host::isDead);
        return running;
    }

    private void start() {
        Clock clock = polite ? Clock.TRUE : new Clock(world.upTo(1_000_000), SPEEDS[world.pick(SPEEDS.length)]);
        Machine.Manners manners = polite ? Machine.Manners.POLITE : Machine.Manners.SLOW;
        Host process = new Host(world, "process-" + ++processes, service, disk, clock, manners, builder -> {
            snapshots.ifPresent(
                    store -> builder.snapshots(store, Ledger.Account.class).snapshotEvery(5));
            return builder.effectsFrom(EffectStartPolicy.BEGINNING).exclusive(LEASE);
        });
        process.watchedBy(witness::saved);
        process.ledger().watchedBy(this::begins);
        process.ledger().slowDown(pace);
        running.add(process);
    }

    /** The process is about to start an effect. */
    private void begins(Host process) {
        if (process.runner().status().phase() == Phase.STANDBY) {
            world.complain(process + " acts, and stands by");
        }
        List<Host> others = living().stream()
                .filter(other -> other != process && isActing(other))
                .toList();
        if (polite && !others.isEmpty()) {
            world.complain(process + " acts while " + others + " may");
        }
    }

    private static boolean isActing(Host process) {
        return process.runner().status().phase() != Phase.STANDBY;
    }

    private void deed() {
        int what = world.pick(100);
        if (what < 40) {
            ask(new Entry.Asked(++ids, world.oneIn(4) ? world.pick(RETRIES + 2) : 0));
        } else if (what < 55) {
            append(service.log(), EventInput.of(new Entry.Wished(++ids)));
        } else if (what < 61) {
            strike(Host::die, this::start);
        } else if (what < 67) {
            strike(Host::stop, this::start);
        } else if (what < 81) {
            strike(process -> {
                cutOff(process);
                world.after(world.upTo(40_000), process::joinAgain);
            });
        } else if (what < 95 && !polite) {
            strike(process -> process.sleep(world.upTo(45_000)));
        } else if (what < 96 && !polite) {
            witness.beginsAnew();
            service.at(LeaseWitness.LEASES).destroy();
        } else {
            pause(world.oneIn(3) ? service.at(LeaseWitness.LEASES) : service.log());
        }
    }

    private void pause(Log log) {
        append(log, EventInput.ofType(BuiltInType.PAUSED.type()));
        world.after(world.upTo(20_000), () -> append(log, EventInput.ofType(BuiltInType.RESUMED.type())));
    }

    private void cutOff(Host process) {
        int how = world.pick(3);
        process.cutOff(how != 0, how != 1);
    }

    /** Applies a fault to a random process, preferably to the lease holder. */
    private void strike(Consumer<Host> fate) {
        if (!living().isEmpty()) {
            Host anybody = living().get(world.pick(living().size()));
            fate.accept(
                    world.oneIn(2)
                            ? anybody
                            : witness.holder()
                                    .map(Host.class::cast)
                                    .filter(living()::contains)
                                    .orElse(anybody));
        }
    }

    private void strike(Consumer<Host> end, Runnable then) {
        strike(end);
        if (living().size() < hosts) {
            world.after(world.upTo(15_000), then);
        }
    }

    private void ask(Entry.Asked asked) {
        append(service.log(), EventInput.of(asked)).ifPresent(event -> witness.asked(asked, event.offset()));
    }

    /** Events that a paused stream refuses do not count as accepted. */
    private Optional<Event> append(Log log, EventInput input) {
        try {
            return Optional.of(log.append(input).event());
        } catch (StreamException paused) {
            world.note("refused " + input.type());
            return Optional.empty();
        }
    }

    private void judgeTakeover() {
        assertThat(living())
                .as("hosts that act, of %s", living())
                .filteredOn(LeaseSimulation::isActing)
                .singleElement()
                .satisfies(process -> assertThat(witness.holder()).contains(process));
    }

    private void judge() {
        assertThat(world.complaints()).isEmpty();
        Ledger.Account account = Ledger.fold(service.log().events());
        long head = service.log().events().size();
        judgeTakeover();
        for (Host process : living()) {
            RunnerStatus status = process.runner().status();
            assertThat(process.runner().isIdle())
                    .as("%s is idle, %s", process, status)
                    .isTrue();
            assertThat(process.runner().state()).isEqualTo(account);
            assertThat(status.phase()).isIn(Phase.LIVE, Phase.STANDBY);
            assertThat(status.acknowledgedThrough()).isEqualTo(isActing(process) ? head : 0);
        }
        assertThat(account.open()).as("wishes that were not served").isEmpty();
        assertThat(disk.all())
                .allSatisfy(
                        progress -> assertThat(progress.acknowledgedThrough()).isEqualTo(head));
        Verdict.on(service.log(), RETRIES);
    }

    /** The trace of all steps, to analyse a failure. */
    String trace() {
        return world.trace();
    }
}
