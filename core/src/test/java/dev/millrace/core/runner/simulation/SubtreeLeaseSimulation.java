package dev.millrace.core.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.simulation.Ledger.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A simulation of two or three processes with one exclusive processor on a subtree, determined by a seed. The faults
 * are those of {@link LeaseSimulation}. Every append on every stream must be under the newest lease of the subtree, a
 * process in stand-by must read nothing, and in the end one process has to answer every question on every stream.
 */
final class SubtreeLeaseSimulation {
    private static final Duration STORM = Duration.ofMinutes(2);
    private static final Duration TAKEOVER = Duration.ofSeconds(90);
    private static final Duration SETTLEMENT = Duration.ofSeconds(90);
    private static final int RETRIES = 3;
    private static final int[] SPEEDS = {50, 80, 100, 100, 125, 200};

    private final World world;
    private final Service service;
    private final LeaseWitness witness;
    private final boolean polite;
    private final Disk disk = new Disk();
    private final List<SubtreeHost> running = new ArrayList<>();
    private final List<Log> streams = new ArrayList<>();
    private final int hosts;
    private final int pace;
    private final int slots;
    private int processes;
    private int ids;

    SubtreeLeaseSimulation(long seed) {
        this.world = new World(seed);
        this.polite = seed % 4 == 0;
        this.service = new Service(world);
        this.witness = new LeaseWitness(world, service);
        this.hosts = 2 + world.pick(2);
        this.pace = world.oneIn(2) ? 1 : 20;
        this.slots = world.oneIn(2) ? 2 : 100;
        streams.add(service.log());
        service.at(LeaseWitness.LEASES);
        IntStream.range(0, 1 + world.pick(4)).forEach(number -> create());
    }

    /** Creates a stream below the top stream, which announces it. */
    private void create() {
        StreamPath path = Log.PATH.resolve("./" + streams.size());
        streams.add(service.at(path));
        service.log()
                .append(EventInput.builder()
                        .type(BuiltInType.CHILD_STREAM_CREATED.type())
                        .payload(JsonNodeFactory.instance.objectNode().put("childPath", path.value()))
                        .build());
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
        living().forEach(Machine::wake);
        living().forEach(Machine::joinAgain);
        service.at(LeaseWitness.LEASES).append(EventInput.ofType(BuiltInType.RESUMED.type()));
        streams.forEach(log -> log.append(EventInput.ofType(BuiltInType.RESUMED.type())));
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

    private List<SubtreeHost> living() {
        running.removeIf(Machine::isDead);
        return running;
    }

    private void start() {
        Clock clock = polite ? Clock.TRUE : new Clock(world.upTo(1_000_000), SPEEDS[world.pick(SPEEDS.length)]);
        Machine.Manners manners = polite ? Machine.Manners.POLITE : Machine.Manners.SLOW;
        Clerk clerk = new Clerk(world, this::begins, pace);
        SubtreeHost process =
                new SubtreeHost(world, "process-" + ++processes, service, disk, clock, manners, slots, clerk);
        process.watchedBy(this::saved);
        running.add(process);
    }

    /** The process is about to start an effect. */
    private void begins(SubtreeHost process) {
        if (!process.isActing()) {
            world.complain(process + " acts, and stands by");
        }
        List<SubtreeHost> others = living().stream()
                .filter(other -> other != process && other.isActing())
                .toList();
        if (polite && !others.isEmpty()) {
            world.complain(process + " acts while " + others + " may");
        }
    }

    /** Saved progress says that all effects up to it have finished. */
    private void saved(Machine process, Progress progress) {
        Log log = service.at(progress.path());
        List<Event> events = log.events().stream()
                .map(event -> event.decodedBy(Ledger.EVENTS))
                .toList();
        for (Event event : events) {
            if (event.offset() <= progress.acknowledgedThrough()
                    && event.payload() instanceof Entry.Asked asked
                    && Verdict.answers(asked, events) == 0
                    && Verdict.deadLetters(event.offset(), events) == 0
                    && !progress.slug().endsWith(".subtree")) {
                world.complain(process + " saves " + progress + ", and did not settle " + asked);
            }
        }
    }

    private void deed() {
        int what = world.pick(100);
        if (what < 52) {
            Log log = streams.get(world.pick(streams.size()));
            append(log, EventInput.of(new Entry.Asked(++ids, world.oneIn(4) ? world.pick(RETRIES) : 0)));
        } else if (what < 55 && !service.log().isPaused()) {
            create();
        } else if (what < 61) {
            strike(Machine::die, this::start);
        } else if (what < 67) {
            strike(Machine::stop, this::start);
        } else if (what < 81) {
            strike(process -> {
                int how = world.pick(3);
                process.cutOff(how != 0, how != 1);
                world.after(world.upTo(40_000), process::joinAgain);
            });
        } else if (what < 95 && !polite) {
            strike(process -> process.sleep(world.upTo(45_000)));
        } else if (what < 96 && !polite) {
            witness.beginsAnew();
            service.at(LeaseWitness.LEASES).destroy();
        } else {
            pause(world.oneIn(3) ? service.at(LeaseWitness.LEASES) : streams.get(world.pick(streams.size())));
        }
    }

    private void pause(Log log) {
        append(log, EventInput.ofType(BuiltInType.PAUSED.type()));
        world.after(world.upTo(20_000), () -> append(log, EventInput.ofType(BuiltInType.RESUMED.type())));
    }

    /** Applies a fault to a random process, preferably to the lease holder. */
    private void strike(Consumer<SubtreeHost> fate) {
        if (!living().isEmpty()) {
            SubtreeHost anybody = living().get(world.pick(living().size()));
            fate.accept(
                    world.oneIn(2)
                            ? anybody
                            : living().stream()
                                    .filter(process -> witness.holder().stream().anyMatch(holder -> holder == process))
                                    .findFirst()
                                    .orElse(anybody));
        }
    }

    private void strike(Consumer<SubtreeHost> end, Runnable then) {
        strike(end);
        if (living().size() < hosts) {
            world.after(world.upTo(15_000), then);
        }
    }

    private void append(Log log, EventInput input) {
        try {
            log.append(input);
        } catch (StreamException paused) {
            world.note("refused " + input.type());
        }
    }

    private void judgeTakeover() {
        assertThat(living())
                .as("hosts that act, of %s", living())
                .filteredOn(SubtreeHost::isActing)
                .singleElement()
                .satisfies(process -> assertThat(witness.holder()).containsSame(process));
    }

    private void judge() {
        assertThat(world.complaints()).isEmpty();
        judgeTakeover();
        for (SubtreeHost process : living()) {
            assertThat(process.runner().status().phase()).isIn(Phase.LIVE, Phase.STANDBY);
            assertThat(process.runner().streams()).hasSize(process.isActing() ? streams.size() : 0);
        }
        for (Log log : streams) {
            Verdict.on(log, RETRIES);
        }
    }

    /** The trace of all steps, to analyse a failure. */
    String trace() {
        return world.trace();
    }
}
