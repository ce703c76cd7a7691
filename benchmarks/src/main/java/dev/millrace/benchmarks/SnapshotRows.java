package dev.millrace.benchmarks;

import dev.millrace.benchmarks.engine.CountingProcessor;
import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The start of a runner on a long stream in the durable store, with and without a snapshot. Each round is one start. */
final class SnapshotRows {
    private static final StreamPath PATH = StreamPath.of("/benchmarks/long");
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final int EVENTS = 1_000_000;
    private static final int PAGE = 500;
    private static final int TAIL = 10;

    private SnapshotRows() {}

    static List<Row> all() {
        return List.of(new Row(
                "snapshot",
                "Start of a runner on 1,000,000 events",
                List.of(Measure.cost("ms")),
                build -> new Subject("with a snapshot, and 10 newer events", settings -> new Start(settings, true)),
                List.of(new Subject("without a snapshot", settings -> new Start(settings, false)))));
    }

    private static final class Start implements Measurement {
        private final boolean hasSnapshot;
        private final StoreDirectory store;
        private int starts;

        Start(Settings settings, boolean hasSnapshot) throws Exception {
            this.hasSnapshot = hasSnapshot;
            this.store = StoreDirectory.open(settings);
            append(settings.sizeOr(EVENTS));
        }

        private void append(int events) throws Exception {
            EventInput input = EventInput.ofType("measured");
            for (int left = events; left > 0; left -= PAGE) {
                store.streams()
                        .appendAll(PATH, Collections.nCopies(Math.min(PAGE, left), input))
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        }

        @Override
        public double[] run(Duration time) throws Exception {
            if (hasSnapshot) {
                append(TAIL);
            }
            Path directory = store.progress().resolve(hasSnapshot ? "kept" : "new-" + ++starts);
            Files.createDirectories(directory);
            long begin = System.nanoTime();
            try (ProgressStore.Durable progress = ProgressStore.inDirectory(directory);
                    ProcessorRunner<Long> runner =
                            ProcessorRunner.builder(store.streams(), new CountingProcessor()).stream(PATH)
                                    .progress(progress)
                                    .snapshots(SnapshotStore.inDirectory(directory), Long.class)
                                    .start()) {
                runner.awaitCaughtUp(LIMIT);
                return new double[] {(System.nanoTime() - begin) / 1e6};
            }
        }

        @Override
        public void close() throws Exception {
            store.close();
        }
    }
}
