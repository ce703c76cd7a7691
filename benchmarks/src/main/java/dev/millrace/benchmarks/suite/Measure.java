package dev.millrace.benchmarks.suite;

/** One figure of a row, for example {@code events/s}. */
public record Measure(String unit, boolean isMoreBetter) {
    public static Measure rate(String unit) {
        return new Measure(unit, true);
    }

    public static Measure cost(String unit) {
        return new Measure(unit, false);
    }
}
