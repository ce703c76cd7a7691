package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.suite.ScratchDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** The same appends to a {@link Floor}: what the disk and SQLite allow. An operation is an event. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init")
public class FloorAppendBenchmark {
    private static final int LIMIT_SECONDS = 60;
    private static final int IN_FLIGHT = 64;
    private static final int BATCH = 100;

    /** The name of a {@link Floor.Kind}. */
    @Param({"FORCED_WRITES", "SQLITE"})
    public String floor = "";

    private final AtomicLong numbers = new AtomicLong();
    private final Window window = new Window(IN_FLIGHT);
    private ScratchDirectory directory;
    private GroupedCommits commits;

    @Setup
    public void open() throws Exception {
        directory = ScratchDirectory.in(Path.of(""), "floor");
        commits = new GroupedCommits(Floor.Kind.valueOf(floor).open(directory.path()));
    }

    @TearDown
    public void close() throws Exception {
        window.drain();
        commits.close();
        directory.close();
    }

    @Benchmark
    public void inFlight() throws Exception {
        window.await();
        window.add(commits.add(List.of(numbers.incrementAndGet())));
    }

    @Benchmark
    @Threads(IN_FLIGHT)
    public void blocking() throws Exception {
        commits.add(List.of(numbers.incrementAndGet())).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batches() throws Exception {
        List<Long> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            batch.add(numbers.incrementAndGet());
        }
        commits.add(batch).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
}
