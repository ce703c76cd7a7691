package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.Percentiles;
import java.time.Duration;

/** The time from an append to its delivery, on a new stream in each round. */
record DeliveryMeasurement(Target target, int readers, int perSecond) implements Measurement {
    @Override
    public double[] run(Duration time) throws Exception {
        Percentiles percentiles = deliver(target.createStream(), time).percentiles();
        return new double[] {percentiles.millis(50), percentiles.millis(99)};
    }

    DeliveryLoad.Deliveries deliver(String stream, Duration time) throws Exception {
        return DeliveryLoad.run(
                target.address(),
                readers,
                perSecond,
                time,
                () -> target.append(stream, 1),
                () -> target.replies(1),
                marks -> target.live(stream, marks));
    }

    @Override
    public void close() throws Exception {
        target.close();
    }
}
