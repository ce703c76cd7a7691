package dev.millrace.benchmarks.engine;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import java.net.URI;
import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A runner that computes its state from a long stream of a server. An operation is the whole stream. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init")
public class CatchUpBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String PREFIX = "/api/streams";

    @Param("")
    public String url = "";

    /** The path of the stream's URL. */
    @Param("")
    public String path = "";

    /** How many measured events the stream has. */
    @Param("0")
    public long events;

    private HttpEventStreams streams;

    @Setup
    public void open() {
        streams = HttpEventStreams.builder(URI.create(url)).build();
    }

    @TearDown
    public void close() {
        streams.close();
    }

    @Benchmark
    public long catchUp() {
        try (ProcessorRunner<Long> runner = ProcessorRunner.builder(streams, new CountingProcessor()).stream(
                        StreamPath.of(path.substring(PREFIX.length())))
                .withoutLease()
                .start()) {
            runner.awaitCaughtUp(LIMIT);
            long counted = runner.state();
            if (counted < events) {
                throw new IllegalStateException("caught up after " + counted + " of " + events + " events");
            }
            return counted;
        }
    }
}
