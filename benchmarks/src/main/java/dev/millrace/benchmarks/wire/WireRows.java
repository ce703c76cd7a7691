package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.engine.CatchUpBenchmark;
import dev.millrace.benchmarks.engine.Jmh;
import dev.millrace.benchmarks.engine.JsonParsingBenchmark;
import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import dev.millrace.benchmarks.wire.AppendMeasurement.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rows of the wire: a server in a process of its own, and the load generator in this one. */
public final class WireRows {
    private static final String NDJSON = "application/x-ndjson";
    private static final List<Measure> EVENTS = List.of(Measure.rate("events/s"));
    private static final List<Measure> LATENCY = List.of(Measure.cost("p50, ms"), Measure.cost("p99, ms"));

    private WireRows() {}

    public static List<Row> all() {
        return List.of(
                append("append-64", "HTTP append, 64 connections, one stream", new Shape(64, 1, 1)),
                append("append-1", "HTTP append, 1 connection", new Shape(1, 1, 1)),
                append("append-streams", "HTTP append, 100 connections, 100 streams", new Shape(100, 100, 1)),
                append("append-batches", "HTTP append, batches of 100, 1 connection", new Shape(1, 1, 100)),
                delivery("delivery", "Append to delivery, 1 reader, 200 events/s", 1, 200),
                delivery("delivery-100", "Append to delivery, 100 readers, 50 events/s", 100, 50),
                catchUp(),
                read());
    }

    private static Row append(String id, String title, Shape shape) {
        return new Row(
                id,
                title,
                EVENTS,
                build -> new Subject(
                        "Millrace", settings -> new AppendMeasurement(HttpTarget.millrace(build, settings), shape)),
                List.of(
                        new Subject(
                                "bare Jetty, same bytes",
                                settings -> new AppendMeasurement(HttpTarget.jetty(settings, shape.events()), shape)),
                        new Subject(
                                "Redis, appendfsync always",
                                settings -> new AppendMeasurement(RedisTarget.open(settings), shape)),
                        new Subject(
                                "Durable Streams server, files",
                                settings -> new AppendMeasurement(HttpTarget.durableStreams(settings), shape))));
    }

    private static Row delivery(String id, String title, int readers, int perSecond) {
        return new Row(
                id,
                title,
                LATENCY,
                build -> new Subject(
                        "Millrace",
                        settings -> new DeliveryMeasurement(HttpTarget.millrace(build, settings), readers, perSecond)),
                List.of(
                        new Subject(
                                "Redis, appendfsync always",
                                settings -> new DeliveryMeasurement(RedisTarget.open(settings), readers, perSecond)),
                        new Subject(
                                "Durable Streams server, files",
                                settings -> new DeliveryMeasurement(
                                        HttpTarget.durableStreams(settings), readers, perSecond))));
    }

    private static Row catchUp() {
        return new Row(
                "catch-up",
                "Catch-up of a runner over HTTP, 200,000 events, warm",
                EVENTS,
                build -> new Subject("Millrace", settings -> onLoadedServer(build, CatchUpBenchmark.class, settings)),
                List.of(new Subject(
                        "raw Jackson, trees of the same bytes",
                        settings -> onLoadedServer(Build.current(""), JsonParsingBenchmark.class, settings))));
    }

    /** A JMH benchmark whose operations each handle all events of the stream. */
    private static Measurement onLoadedServer(Build build, Class<?> benchmark, Settings settings) throws Exception {
        LoadedServer server = LoadedServer.open(build, settings);
        Map<String, String> parameters =
                Map.of("url", server.target().url(), "path", server.path(), "events", String.valueOf(server.events()));
        Measurement jmh = Jmh.measurement(build, benchmark, parameters, settings);
        return new Measurement() {
            @Override
            public double[] run(Duration time) throws Exception {
                return new double[] {jmh.run(time)[0] * server.events()};
            }

            @Override
            public void warmUp(Duration time) throws Exception {
                jmh.warmUp(time);
            }

            @Override
            public void close() throws Exception {
                server.close();
            }
        };
    }

    private static Row read() {
        List<Subject> others = new ArrayList<>();
        others.add(new Subject(
                "Millrace, NDJSON",
                settings -> new ReadMeasurement(LoadedServer.open(Build.current(""), settings), NDJSON)));
        return new Row(
                "read",
                "Read of 200,000 events as one JSON array",
                EVENTS,
                build -> new Subject(
                        "Millrace, JSON array",
                        settings -> new ReadMeasurement(LoadedServer.open(build, settings), "application/json")),
                others);
    }
}
