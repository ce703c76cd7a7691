package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.Subject;
import java.util.List;
import java.util.Map;

/** The rows of one process: an engine with the durable store, beside what the disk and SQLite allow. */
public final class EngineRows {
    private EngineRows() {}

    public static List<Row> all() {
        return List.of(
                append("engine-64", "In process, 64 appends in flight from one thread", "inFlight"),
                append("engine-blocking", "In process, 64 threads that wait for their appends", "blocking"),
                append("engine-batches", "In process, batches of 100", "batches"));
    }

    private static Row append(String id, String title, String method) {
        return new Row(
                id,
                title,
                List.of(Measure.rate("events/s")),
                build -> new Subject(
                        "Millrace",
                        settings -> Jmh.measurement(
                                build, EngineAppendBenchmark.class.getName() + "." + method, Map.of(), settings)),
                List.of(
                        floor("grouped forced writes", Floor.Kind.FORCED_WRITES, method),
                        floor("bare SQLite, same table", Floor.Kind.SQLITE, method)));
    }

    private static Subject floor(String name, Floor.Kind kind, String method) {
        return new Subject(
                name,
                settings -> Jmh.measurement(
                        Build.current(""),
                        FloorAppendBenchmark.class.getName() + "." + method,
                        Map.of("floor", kind.name()),
                        settings));
    }
}
