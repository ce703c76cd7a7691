package dev.millrace.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.SubtreeRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What {@link dev.millrace.core.Subscriber} promises while reads fail at random: subscriptions go on by themselves, and
 * nothing is lost and nothing comes twice. Runners live on subscriptions, and are held to the same.
 *
 * <p>The build plays 50 seeds. The profile {@code long} plays 1,000, and {@code -Dmillrace.seed} begins with another one.
 */
public abstract class FaultyReadsContract {
    private static final int SEEDS = Boolean.getBoolean("millrace.long") ? 1_000 : 50;
    private static final long FIRST_SEED = Long.getLong("millrace.seed", 1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FaultyReads faults = new FaultyReads();

    /** For subclasses. */
    protected FaultyReadsContract() {}

    /** The faults; the store behind {@link #streams} has them. */
    protected final FaultyReads faults() {
        return faults;
    }

    /** The streams under test. */
    protected abstract EventStreams streams();

    /** The streams of the engine itself, to write to and to compare with. */
    protected abstract EventStreams engine();

    /** Does some more harm, in the middle of a seed: cuts connections, for example. */
    protected void disturb() {}

    @Test
    void should_lose_nothing_and_deliver_nothing_twice_while_reads_fail() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try (Play play = new Play(seed)) {
                play.run();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("under -Dmillrace.seed=" + seed + ": " + failure.getMessage(), failure);
            } finally {
                faults.end();
            }
        }
    }

    /** One seed: some streams, and those who follow them. */
    private final class Play implements AutoCloseable {
        private final Random random;
        private final StreamPath root;
        private final StreamPath child;
        private final StreamPath mortal;
        private final List<StreamPath> paths;
        private final RecordingSubscriber whole = new RecordingSubscriber();
        private final RecordingSubscriber half = new RecordingSubscriber();
        private final Clerk clerk = new Clerk();
        private final Clerk clerks = new Clerk();
        private final List<AutoCloseable> open = new ArrayList<>();
        private int appends;

        Play(long seed) {
            random = new Random(seed);
            root = StreamPath.of(
                    "/faults/" + Long.toString(System.nanoTime(), 36).replace("-", "") + "/" + seed);
            child = root.resolve("./a");
            mortal = root.resolve("./b");
            paths = List.of(root, child, mortal, child.resolve("./c"));
        }

        void run() {
            paths.forEach(path -> append(path, 1 + random.nextInt(4)));
            faults.begin(random.nextLong(), random.nextDouble() * 0.6);
            ProcessorRunner<List<Long>> runner = ProcessorRunner.builder(streams(), clerk).stream(child)
                    .timers(new AcceleratedTimers())
                    .effectsFrom(EffectStartPolicy.after(0))
                    .start();
            open.add(runner);
            SubtreeRunner<List<Long>> subtree = ProcessorRunner.builder(streams(), clerks).stream(root)
                    .timers(new AcceleratedTimers())
                    .effectsFrom(EffectStartPolicy.after(0))
                    .subtree()
                    .start();
            open.add(subtree);
            Subscription all = streams().subscribe(child, 0, whole);
            open.add(all);
            Subscription rest = streams().subscribe(root, 1, half);
            open.add(rest);
            int destroyAt = random.nextInt(60);
            for (int step = 0; step < 30; step++) {
                if (step == destroyAt) {
                    insist(() -> engine().destroy(mortal, false));
                    append(mortal, 1);
                }
                append(paths.get(random.nextInt(paths.size())), 1 + random.nextInt(3));
                if (random.nextInt(10) == 0) {
                    disturb();
                }
            }
            faults.end();
            check(runner, subtree);
        }

        private void check(ProcessorRunner<List<Long>> runner, SubtreeRunner<List<Long>> subtree) {
            List<Long> childLog = offsets(log(child));
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .untilAsserted(() -> {
                        assertThat(whole.offsets()).as("all of %s", child).isEqualTo(childLog);
                        assertThat(half.offsets())
                                .as("half of %s", root)
                                .isEqualTo(
                                        offsets(log(root)).subList(1, log(root).size()));
                        assertThat(runner.status().phase()).isEqualTo(RunnerStatus.Phase.LIVE);
                        assertThat(runner.state()).as("state of %s", child).isEqualTo(childLog);
                        assertThat(clerk.acted(child))
                                .as("effects on %s", child)
                                .isEqualTo(childLog);
                        assertThat(subtree.status().phase()).isEqualTo(RunnerStatus.Phase.LIVE);
                        for (StreamPath path : paths) {
                            assertThat(subtree.state(path))
                                    .as("state of %s", path)
                                    .contains(offsets(log(path)));
                        }
                    });
            whole.verify();
            half.verify();
            assertThat(whole.end()).isEmpty();
            assertThat(half.end()).isEmpty();
            assertThat(clerk.acted(child)).doesNotHaveDuplicates();
        }

        private void append(StreamPath path, int count) {
            for (int i = 0; i < count; i++) {
                String text = "n" + appends++;
                AppendResult appended =
                        insist(() -> engine().append(path, EventStreamsSubject.said(text, path + text)));
                assertThat(appended.event().type()).isEqualTo("said");
            }
        }

        private List<Event> log(StreamPath path) {
            return EventStreamsSubject.get(engine().read(path, ReadRange.all()));
        }

        private List<Long> offsets(List<Event> log) {
            return LongStream.rangeClosed(1, log.size()).boxed().toList();
        }

        /** Asks until the store can do it. */
        private <T> T insist(Supplier<CompletableFuture<T>> call) {
            for (int attempt = 1; ; attempt++) {
                try {
                    return EventStreamsSubject.get(call.get());
                } catch (AssertionError refused) {
                    if (attempt == 1000) {
                        throw refused;
                    }
                }
            }
        }

        @Override
        public void close() {
            for (AutoCloseable part : open) {
                try {
                    part.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Folds the offsets it sees, and writes down on which it acted. */
    private static final class Clerk implements Processor<List<Long>> {
        private final Map<StreamPath, Queue<Long>> acted = new ConcurrentHashMap<>();

        List<Long> acted(StreamPath path) {
            return List.copyOf(acted.getOrDefault(path, new ConcurrentLinkedQueue<>()));
        }

        @Override
        public String slug() {
            return "clerk";
        }

        @Override
        public List<Long> initialState() {
            return List.of();
        }

        @Override
        public List<Long> reduce(List<Long> state, Event event) {
            List<Long> next = new ArrayList<>(state);
            next.add(event.offset());
            return List.copyOf(next);
        }

        @Override
        public CompletionStage<Void> afterAppend(List<Long> state, Event event, Effects<List<Long>> effects) {
            acted.computeIfAbsent(event.path(), path -> new ConcurrentLinkedQueue<>())
                    .add(event.offset());
            return Effects.none();
        }
    }
}
