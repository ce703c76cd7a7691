package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.Measurement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Appends by some connections, each with one request under way. */
final class AppendMeasurement implements Measurement {
    /** @param events in one request */
    record Shape(int connections, int streams, int events) {}

    private final Target target;
    private final List<Request> requests = new ArrayList<>();
    private final ClosedLoop loop;

    /** Creates the streams. The connections take them in turns. */
    AppendMeasurement(Target target, Shape shape) throws Exception {
        this.target = target;
        this.loop = new ClosedLoop(target.address(), () -> target.replies(shape.events()), new AtomicLong());
        List<String> streams = new ArrayList<>();
        for (int i = 0; i < shape.streams(); i++) {
            streams.add(target.createStream());
        }
        for (int i = 0; i < shape.connections(); i++) {
            requests.add(target.append(streams.get(i % shape.streams()), shape.events()));
        }
    }

    @Override
    public double[] run(Duration time) throws Exception {
        return new double[] {loop.runFor(time, requests).perSecond()};
    }

    @Override
    public void close() throws Exception {
        target.close();
    }
}
