package dev.millrace.benchmarks.suite;

import java.util.Arrays;

/** Percentiles of times in nanoseconds, by the nearest rank. */
public final class Percentiles {
    private final long[] sorted;

    public Percentiles(long[] nanos) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("no percentile: there is no time");
        }
        this.sorted = nanos.clone();
        Arrays.sort(sorted);
    }

    /** In milliseconds. */
    public double millis(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(0, rank - 1)] / 1e6;
    }
}
