package dev.millrace.benchmarks;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A benchmark of the start of a runner on a long stream in the durable store, without and with a snapshot: time, and
 * number of events read. Prints a Markdown table.
 *
 * <p>Run it from the root of the checkout: {@code benchmarks/run snapshots [events]}.
 */
public final class SnapshotBenchmark {
    private static final StreamPath PATH = StreamPath.of("/benchmarks/long");
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final int PAGE = 500;
    private static final int TAIL = 10;

    private SnapshotBenchmark() {}

    /** Takes the number of events, 1,000,000 by default. */
    public static void main(String... arguments) throws Exception {
        int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        Path directory = Files.createTempDirectory("millrace-snapshots");
        try (StreamEngine engine = StreamEngine.builder(SqliteEventStore.open(directory.resolve("store")))
                .start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            append(streams, events);
            System.out.println("| opening " + events + " events | ms | events read |");
            System.out.println("|---|--:|--:|");
            row("without a snapshot", streams, directory);
            append(streams, TAIL);
            row("with a snapshot, and " + TAIL + " newer ones", streams, directory);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static void append(EventStreams streams, int events) throws Exception {
        EventInput input = EventInput.ofType("measured");
        for (int left = events; left > 0; left -= PAGE) {
            streams.appendAll(PATH, Collections.nCopies(Math.min(PAGE, left), input))
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void row(String what, EventStreams streams, Path directory) {
        Counter counter = new Counter(new AtomicLong());
        long begin = System.nanoTime();
        try (ProgressStore.Durable progress = ProgressStore.inDirectory(directory.resolve("progress"));
                ProcessorRunner<Long> runner = ProcessorRunner.builder(streams, counter).stream(PATH)
                        .progress(progress)
                        .snapshots(SnapshotStore.inDirectory(directory.resolve("progress")), Long.class)
                        .start()) {
            runner.awaitCaughtUp(LIMIT);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            System.out.println("| " + what + " | " + millis + " | " + counter.read + " |");
        }
    }

    /** Counts all events in its state, and the events of this run in {@code read}. */
    private record Counter(AtomicLong read) implements Processor<Long> {
        @Override
        public String slug() {
            return "counter";
        }

        @Override
        public Long initialState() {
            return 0L;
        }

        @Override
        public Long reduce(Long count, Event event) {
            read.incrementAndGet();
            return count + 1;
        }
    }
}
