package dev.millrace.benchmarks.suite;

import java.util.List;
import java.util.Optional;

/** What the rounds of a row gave. The first line is the reference of all ratios. */
public record RowResult(String id, String title, List<Measure> measures, List<Line> lines) {
    /** The subjects that were measured. */
    public List<Line> measured() {
        return lines.stream().filter(line -> line.problem().isEmpty()).toList();
    }

    public boolean hasFailed() {
        return lines.stream().anyMatch(Line::hasFailed);
    }

    /**
     * One subject.
     *
     * @param samples of each measure
     * @param problem why it was not measured
     * @param hasFailed false if it is only not installed
     */
    public record Line(String subject, List<Samples> samples, Optional<String> problem, boolean hasFailed) {}
}
