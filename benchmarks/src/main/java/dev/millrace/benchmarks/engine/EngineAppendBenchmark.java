package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.suite.MeasuredEvent;
import dev.millrace.benchmarks.suite.ScratchDirectory;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.StreamEngine;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Appends to one stream of an engine with the durable store. An operation is an event. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init")
public class EngineAppendBenchmark {
    private static final StreamPath PATH = StreamPath.of("/measured");
    private static final int LIMIT_SECONDS = 60;
    private static final int IN_FLIGHT = 64;
    private static final int BATCH = 100;

    private final AtomicLong numbers = new AtomicLong();
    private final Window window = new Window(IN_FLIGHT);
    private ScratchDirectory directory;
    private StreamEngine engine;
    private EventStreams streams;

    @Setup
    public void open() throws Exception {
        directory = ScratchDirectory.in(Path.of(""), "engine");
        engine = StreamEngine.builder(SqliteEventStore.open(directory.path().resolve("store")))
                .start();
        streams = engine.streams(ProjectSlug.defaultProject());
    }

    @TearDown
    public void close() throws Exception {
        window.drain();
        engine.close();
        directory.close();
    }

    /** One thread with 64 appends under way. */
    @Benchmark
    public void inFlight() throws Exception {
        window.await();
        window.add(streams.append(PATH, event()));
    }

    /** 64 threads, each of which waits for its append. */
    @Benchmark
    @Threads(IN_FLIGHT)
    public void blocking() {
        streams.blocking(Duration.ofSeconds(LIMIT_SECONDS)).append(PATH, event());
    }

    /** One thread that waits for each batch. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batches() throws Exception {
        List<EventInput> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            batch.add(event());
        }
        streams.appendAll(PATH, batch).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private EventInput event() {
        return MeasuredEvent.input(numbers.incrementAndGet());
    }
}
