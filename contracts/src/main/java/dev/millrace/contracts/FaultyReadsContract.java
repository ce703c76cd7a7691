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
 * A test suite for subscriptions and runners while reads of the store fail at random: subscriptions continue by
 * themselves, and no event is lost or delivered twice.
 *
 * <p>The build runs 50 seeds, the profile {@code long} 1,000; {@code -Dmillrace.seed} is the first seed.
 *
 * @since 0.1
 */
public abstract class FaultyReadsContract {
    private static final int SEEDS = Boolean.getBoolean("millrace.long") ? 1_000 : 50;
    private static final long FIRST_SEED = Long.getLong("millrace.seed", 1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FaultyReads faults = new FaultyReads();

    protected FaultyReadsContract() {}

    /** The faults of the store behind {@link #streams}. */
    protected final FaultyReads faults() {
        return faults;
    }

    protected abstract EventStreams streams();

    /** The streams of the engine itself: the test writes to them and compares with them. */
    protected abstract EventStreams engine();

    /** Causes other failures in the middle of a seed: for example, cuts connections. */
    protected void disturb() {}

    @Test
    void should_lose_nothing_and_deliver_nothing_twice_while_reads_fail() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try (Run run = new Run(seed)) {
                run.run();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("under -Dmillrace.seed=" + seed + ": " + failure.getMessage(), failure);
            } finally {
                faults.end();
            }
        }
    }

    /** One seed: some streams, their subscribers and runners. */
    private final class Run implements AutoCloseable {
        private final Random random;
        private final StreamPath root;
        private final StreamPath child;
        private final StreamPath recreated;
        private final List<StreamPath> paths;
        private final RecordingSubscriber fromStart = new RecordingSubscriber();
        private final RecordingSubscriber fromSecond = new RecordingSubscriber();
        private final OffsetProcessor processor = new OffsetProcessor();
        private final OffsetProcessor subtreeProcessor = new OffsetProcessor();
        private final List<AutoCloseable> open = new ArrayList<>();
        private int appends;

        Run(long seed) {
            random = new Random(seed);
            root = StreamPath.of(
                    "/faults/" + Long.toString(System.nanoTime(), 36).replace("-", "") + "/" + seed);
            child = root.resolve("./a");
            recreated = root.resolve("./b");
            paths = List.of(root, child, recreated, child.resolve("./c"));
        }

        void run() {
            paths.forEach(path -> append(path, 1 + random.nextInt(4)));
            faults.begin(random.nextLong(), random.nextDouble() * 0.6);
            ProcessorRunner<List<Long>> runner = ProcessorRunner.builder(streams(), processor).stream(child)
                    .timers(new AcceleratedTimers())
                    .effectsFrom(EffectStartPolicy.after(0))
                    .start();
            open.add(runner);
            SubtreeRunner<List<Long>> subtree = ProcessorRunner.builder(streams(), subtreeProcessor).stream(root)
                    .timers(new AcceleratedTimers())
                    .effectsFrom(EffectStartPolicy.after(0))
                    .subtree()
                    .start();
            open.add(subtree);
            Subscription all = streams().subscribe(child, 0, fromStart);
            open.add(all);
            Subscription rest = streams().subscribe(root, 1, fromSecond);
            open.add(rest);
            int destroyAt = random.nextInt(60);
            for (int step = 0; step < 30; step++) {
                if (step == destroyAt) {
                    retry(() -> engine().destroy(recreated, false));
                    append(recreated, 1);
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
                        assertThat(fromStart.offsets()).as("all of %s", child).isEqualTo(childLog);
                        assertThat(fromSecond.offsets())
                                .as("all but the first event of %s", root)
                                .isEqualTo(
                                        offsets(log(root)).subList(1, log(root).size()));
                        assertThat(runner.status().phase()).isEqualTo(RunnerStatus.Phase.LIVE);
                        assertThat(runner.state()).as("state of %s", child).isEqualTo(childLog);
                        assertThat(processor.acted(child))
                                .as("effects on %s", child)
                                .isEqualTo(childLog);
                        assertThat(subtree.status().phase()).isEqualTo(RunnerStatus.Phase.LIVE);
                        for (StreamPath path : paths) {
                            assertThat(subtree.state(path))
                                    .as("state of %s", path)
                                    .contains(offsets(log(path)));
                        }
                    });
            fromStart.verify();
            fromSecond.verify();
            assertThat(fromStart.end()).isEmpty();
            assertThat(fromSecond.end()).isEmpty();
            assertThat(processor.acted(child)).doesNotHaveDuplicates();
        }

        private void append(StreamPath path, int count) {
            for (int i = 0; i < count; i++) {
                String text = "n" + appends++;
                AppendResult appended = retry(() -> engine().append(path, EventStreamsSubject.said(text, path + text)));
                assertThat(appended.event().type()).isEqualTo("said");
            }
        }

        private List<Event> log(StreamPath path) {
            return EventStreamsSubject.get(engine().read(path, ReadRange.all()));
        }

        private List<Long> offsets(List<Event> log) {
            return LongStream.rangeClosed(1, log.size()).boxed().toList();
        }

        /** Repeats a call until the store can do it. */
        private <T> T retry(Supplier<CompletableFuture<T>> call) {
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

    /** Keeps the offsets that it gets in its state, and records the events on which it acted. */
    private static final class OffsetProcessor implements Processor<List<Long>> {
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
