package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.Percentiles;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A tool round trip in the durable store, with a model of no latency: the time from the end of a tool's code to the next
 * request at the model, and from the end of a response with a call to the next request. Beside them stands one durable
 * append.
 */
final class ToolRows {
    private static final List<Measure> LATENCY = List.of(Measure.cost("p50, ms"), Measure.cost("p99, ms"));

    private ToolRows() {}

    static List<Row> all() {
        return List.of(
                row("tool-result", "End of a tool's code to the next request (2 appends)", false),
                row("tool-round-trip", "End of a response to the next request (6 appends)", true));
    }

    private static Row row(String id, String title, boolean isRoundTrip) {
        return new Row(
                id,
                title,
                LATENCY,
                build -> new Subject("Millrace", settings -> conversations(settings, isRoundTrip)),
                List.of(new Subject("one durable append", ToolRows::appends)));
    }

    private static Measurement conversations(Settings settings, boolean isRoundTrip) throws Exception {
        ToolCalls calls = new ToolCalls(StoreDirectory.open(settings));
        return new Measurement() {
            @Override
            public double[] run(Duration time) {
                ToolCalls.Times times = calls.converse(time);
                return percentiles(isRoundTrip ? times.roundTrips() : times.fromResult());
            }

            @Override
            public void close() throws Exception {
                calls.close();
            }
        };
    }

    private static Measurement appends(Settings settings) throws Exception {
        StoreDirectory store = StoreDirectory.open(settings);
        JsonNode payload = JsonCodec.parse("{\"requestId\":12,\"callId\":\"call_1\",\"host\":\"shop\"}");
        EventInput event =
                EventInput.builder().type("measured").payload(payload).build();
        return new Measurement() {
            @Override
            public double[] run(Duration time) throws Exception {
                List<Long> nanos = new ArrayList<>();
                long start = System.nanoTime();
                do {
                    long begin = System.nanoTime();
                    store.streams().append("/measured", event).get(1, TimeUnit.MINUTES);
                    nanos.add(System.nanoTime() - begin);
                } while (System.nanoTime() - start < time.toNanos());
                return percentiles(nanos);
            }

            @Override
            public void close() throws Exception {
                store.close();
            }
        };
    }

    private static double[] percentiles(List<Long> nanos) {
        Percentiles percentiles =
                new Percentiles(nanos.stream().mapToLong(Long::longValue).toArray());
        return new double[] {percentiles.millis(50), percentiles.millis(99)};
    }
}
