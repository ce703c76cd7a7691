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
import java.util.function.IntFunction;

/**
 * A simulation that a seed determines: two minutes of questions, wishes, crashes, restarts, copies, pauses and
 * destruction over a bad network. Then the faults end, and all accepted work has to be finished. With an odd seed the
 * runners keep snapshots, which must make no difference.
 */
final class Simulation {
    private static final Duration STORM = Duration.ofMinutes(2);
    private static final Duration PEACE = Duration.ofMinutes(20);
    private static final int RETRIES = 3;

    private final World world;
    private final Log log;
    private final EffectStartPolicy policy;
    private final Service service;
    private final Disk disk = new Disk();
    private final Optional<SnapshotStore> snapshots;
    private final List<Host> running = new ArrayList<>();
    private int processes;
    private int ids;

    Simulation(long seed, EffectStartPolicy policy) {
        this.world = new World(seed);
        this.policy = policy;
        this.snapshots = seed % 2 == 0 ? Optional.empty() : Optional.of(SnapshotStore.inMemory());
        this.service = new Service(world);
        this.log = service.log();
    }

    /** Runs the simulation and checks the result; returns the trace. */
    String run() {
        start();
        int deeds = 20 + world.pick(60);
        for (int i = 0; i < deeds; i++) {
            world.after(Duration.ofMillis(world.pick((int) STORM.toMillis())), this::deed);
        }
        world.turn(world.now().plus(STORM));
        world.calmDown();
        running.removeIf(Host::isDead);
        if (log.isPaused()) {
            log.append(EventInput.ofType(BuiltInType.RESUMED.type()));
        }
        if (running.isEmpty()) {
            start();
        }
        world.turn(world.now().plus(PEACE));
        judge();
        return world.trace();
    }

    private void start() {
        running.add(new Host(
                world, "process-" + ++processes, service, disk, Clock.TRUE, Machine.Manners.PLAIN, builder -> {
                    snapshots.ifPresent(store ->
                            builder.snapshots(store, Ledger.Account.class).snapshotEvery(5));
                    return builder.effectsFrom(policy);
                }));
    }

    private void deed() {
        running.removeIf(Host::isDead);
        int what = world.pick(100);
        if (what < 45) {
            accept(id -> new Entry.Asked(id, world.oneIn(4) ? world.pick(RETRIES + 2) : 0));
        } else if (what < 70) {
            accept(Entry.Wished::new);
        } else if (what < 80) {
            replace(Host::die);
        } else if (what < 85) {
            replace(Host::stop);
        } else if (what < 90 && running.size() < 2) {
            start();
        } else if (what < 94) {
            accept(EventInput.ofType(BuiltInType.PAUSED.type()));
            world.after(world.upTo(20_000), () -> accept(EventInput.ofType(BuiltInType.RESUMED.type())));
        } else if (what < 96) {
            log.destroy();
        }
    }

    private void replace(Consumer<Host> end) {
        if (!running.isEmpty()) {
            end.accept(running.remove(world.pick(running.size())));
        }
        world.after(world.upTo(5000), this::start);
    }

    private void accept(IntFunction<Entry> entry) {
        accept(EventInput.of(entry.apply(++ids)));
    }

    /** Events that a paused stream refuses do not count as accepted. */
    private void accept(EventInput input) {
        try {
            log.append(input);
        } catch (StreamException paused) {
            world.note("refused " + input.type());
        }
    }

    private void judge() {
        running.removeIf(Host::isDead);
        assertThat(world.complaints()).isEmpty();
        Ledger.Account account = Ledger.fold(log.events());
        for (Host process : running) {
            RunnerStatus status = process.runner().status();
            assertThat(status.phase()).as("%s, %s", process, status).isEqualTo(Phase.LIVE);
            assertThat(process.runner().isIdle()).as("%s is idle", process).isTrue();
            assertThat(process.runner().state()).isEqualTo(account);
            assertThat(status.acknowledgedThrough()).isEqualTo(log.events().size());
        }
        assertThat(account.open()).as("wishes that were not served").isEmpty();
        List<Event> events = log.events().stream()
                .map(event -> event.decodedBy(Ledger.EVENTS))
                .toList();
        List<Event> ofThisLife = events.stream().filter(this::isOfThisLife).toList();
        for (Event event : ofThisLife) {
            if (event.payload() instanceof Entry.Asked asked) {
                judge(asked, event.offset(), ofThisLife);
            }
        }
        assertThat(disk.all())
                .allSatisfy(progress -> assertThat(progress.acknowledgedThrough())
                        .isLessThanOrEqualTo(log.events().size()));
    }

    /**
     * True for an event of this incarnation: a runner without connection may answer to a destroyed stream, and the
     * answer is stored in the next incarnation.
     */
    private boolean isOfThisLife(Event event) {
        return event.idempotencyKey()
                .filter(key -> !key.contains("~" + log.incarnation() + ":"))
                .isEmpty();
    }

    private void judge(Entry.Asked asked, long offset, List<Event> events) {
        long answers = Verdict.answers(asked, events);
        long deadLetters = Verdict.deadLetters(offset, events);
        boolean hopeless = asked.failures() > RETRIES;
        if (policy.equals(EffectStartPolicy.BEGINNING)) {
            assertThat(answers).as("answers to %s at %s", asked, offset).isEqualTo(hopeless ? 0 : 1);
            assertThat(deadLetters)
                    .as("dead letters for %s at %s", asked, offset)
                    .isEqualTo(hopeless ? 1 : 0);
        } else {
            assertThat(answers + deadLetters)
                    .as("answers to %s at %s", asked, offset)
                    .isLessThanOrEqualTo(1);
        }
    }

    /** The trace of all steps, to analyse a failure. */
    String trace() {
        return world.trace();
    }
}
