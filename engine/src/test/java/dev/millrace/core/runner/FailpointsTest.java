package dev.millrace.core.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.progress.CoalescingWriter;
import dev.millrace.core.internal.progress.DirectoryProgressStore;
import dev.millrace.core.internal.progress.StreamProgressStore;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests of crashes between every two steps of a runner, with every progress store. Three processes crash one after the
 * other; each has questions that came while no process ran, and new ones; the fourth survives. Every accepted question
 * has exactly one answer.
 */
@Timeout(120)
class FailpointsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int DEATHS = 3;
    private static StreamEngine engine;

    @TempDir
    Path disk;

    private final List<String> accepted = new ArrayList<>();
    private final List<ProgressStore> stores = new ArrayList<>();
    private final List<ProcessorRunner<?>> runners = new ArrayList<>();
    private final ProgressStore shared = ProgressStore.inMemory();
    private final SnapshotStore snapshots = SnapshotStore.inMemory();
    private int machines;

    @BeforeAll
    static void start() {
        engine = StreamEngine.builder(new InMemoryEventStore()).start();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    static Stream<Arguments> deaths() {
        return Stream.of("memory", "directory", "stream")
                .flatMap(kind -> Stream.of(Point.values())
                        .flatMap(point -> passes(point).map(pass -> Arguments.of(kind, point, pass))));
    }

    /** The numbers of the pass at which it crashes; some points are passed only once. */
    private static Stream<Integer> passes(Point point) {
        boolean once =
                point == Point.BEFORE_CAUGHT_UP || point == Point.BEFORE_SNAPSHOT || point == Point.AFTER_SNAPSHOT;
        return once ? Stream.of(1) : Stream.of(1, 3);
    }

    @ParameterizedTest(name = "{0}: dies {1}, pass {2}")
    @MethodSource("deaths")
    void should_leave_no_question_unanswered_and_answer_none_twice(String kind, Point point, int pass)
            throws Exception {
        StreamPath path = StreamPath.of("/" + kind + "/" + point.name().toLowerCase(Locale.ROOT) + "-" + pass);
        EventStreams streams = engine.streams(ProjectSlug.defaultProject());
        attachFirst(kind, streams, path);
        int died = 0;
        for (int process = 1; process <= DEATHS; process++) {
            ask(streams, path, 3);
            MortalProcess mortal = new MortalProcess(point, pass, this::losePower);
            ProcessorRunner<Teller.Tally> runner = runner(kind, mortal, streams, path);
            ask(streams, path, 3);
            await().until(() -> !mortal.isAlive() || hasAnsweredAll(runner));
            if (mortal.isAlive()) {
                runner.stop(Duration.ZERO); // a normal stop, in which it may also crash
            }
            died += mortal.isAlive() ? 0 : 1;
            mortal.die();
        }

        MortalProcess immortal = new MortalProcess(point, -1, () -> {});
        ProcessorRunner<Teller.Tally> last = runner(kind, immortal, streams, path);
        await().until(() -> hasAnsweredAll(last));
        last.awaitIdle(LIMIT);

        assertThat(died).as("how many died there").isPositive();
        assertThat(last.state().asked()).isEqualTo(accepted);
        assertThat(last.state().told()).containsExactlyInAnyOrderElementsOf(accepted);
        runners.forEach(runner -> runner.stop(Duration.ZERO));
        stores.forEach(FailpointsTest::close);
    }

    /** The first run skips existing events; from here on every question counts. */
    private void attachFirst(String kind, EventStreams streams, StreamPath path) {
        MortalProcess process = new MortalProcess(Point.AFTER_FOLD, -1, this::losePower);
        ProcessorRunner<Teller.Tally> runner = runner(kind, process, streams, path);
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT);
        if (stores.get(stores.size() - 1) instanceof ProgressStore.Durable durable) {
            durable.flush();
        }
        process.die();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    private boolean hasAnsweredAll(ProcessorRunner<Teller.Tally> runner) {
        return runner.state().told().size() >= accepted.size() && runner.isIdle();
    }

    private void ask(EventStreams streams, StreamPath path, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String text = "question " + accepted.size();
            streams.append(path, EventInput.of(new Teller.Talk.Asked(text))).get(60, TimeUnit.SECONDS);
            accepted.add(text);
        }
    }

    private ProcessorRunner<Teller.Tally> runner(
            String kind, MortalProcess process, EventStreams streams, StreamPath path) {
        ProgressStore store = store(kind, process, streams, path);
        stores.add(store);
        ProcessorRunner<Teller.Tally> runner = ProcessorRunner.builder(process.streams(streams), new Teller()).stream(
                        path)
                .timers(process)
                .progress(process.progress(store))
                .effectsFrom(EffectStartPolicy.ACKNOWLEDGED)
                .snapshots(process.snapshots(snapshots), Teller.Tally.class)
                .snapshotEvery(2)
                .failpoints(process)
                .start();
        runners.add(runner);
        return runner;
    }

    private ProgressStore store(String kind, MortalProcess process, EventStreams streams, StreamPath path) {
        if (kind.equals("memory")) {
            return shared;
        }
        return kind.equals("directory")
                ? DirectoryProgressStore.open(machine(), process, CoalescingWriter.thread("progress"))
                : new StreamProgressStore(
                        process.streams(streams),
                        StreamPath.of("/progress" + path.value()),
                        process,
                        CoalescingWriter.thread("progress"));
    }

    // ---- the disk

    private Path machine() {
        return disk.resolve("machine-" + machines);
    }

    /** Copies the files of this moment for the next process. */
    private void losePower() {
        Path old = machine();
        machines++;
        if (!Files.exists(old)) {
            return;
        }
        try (Stream<Path> files = Files.list(old)) {
            Files.createDirectories(machine());
            for (Path file : files.filter(name -> name.getFileName().toString().startsWith("progress-"))
                    .toList()) {
                copy(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(Path file) throws IOException {
        try {
            Files.copy(file, machine().resolve(file.getFileName()));
        } catch (NoSuchFileException renamed) {
            // a temporary file was just renamed: it may or may not be copied
        }
    }

    private static void close(ProgressStore store) {
        if (store instanceof ProgressStore.Durable durable) {
            try {
                durable.close();
            } catch (StreamException lost) {
                // writes of a crashed process
            }
        }
    }
}
