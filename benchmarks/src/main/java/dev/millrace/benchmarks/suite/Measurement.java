package dev.millrace.benchmarks.suite;

import java.time.Duration;

/** A subject that is ready to be measured. Confined to one thread. */
public interface Measurement extends AutoCloseable {
    /**
     * Works for about this time.
     *
     * @return one figure for each {@link Measure} of the row
     */
    double[] run(Duration time) throws Exception;

    /** Works without measuring. A measurement that starts a new JVM each time warms up in {@link #run}. */
    default void warmUp(Duration time) throws Exception {
        run(time);
    }

    @Override
    default void close() throws Exception {}
}
