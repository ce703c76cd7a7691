package dev.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The times of one measurement that was repeated. */
final class Samples {
    private final String name;
    private final List<Double> millis = new ArrayList<>();

    Samples(String name) {
        this.name = name;
    }

    void add(long nanos) {
        millis.add(nanos / 1e6);
    }

    double median() {
        List<Double> sorted = millis.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** One row of a table: median, spread, and the ratio of the median to the reference. */
    String row(Samples reference) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f - %.0f | %.1f |",
                name,
                median(),
                millis.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
                millis.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
                median() / reference.median());
    }
}
