package dev.millrace.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The same work for Millrace and for what it is compared with.
 *
 * @param id the name of the row on the command line and of its chart
 * @param ours Millrace, from a build
 */
public record Row(
        String id, String title, List<Measure> measures, Function<Build, Subject> ours, List<Subject> others) {
    /** One build beside the others. */
    public List<Subject> compared(Build build) {
        List<Subject> subjects = new ArrayList<>();
        subjects.add(ours.apply(build));
        subjects.addAll(others);
        return subjects;
    }

    /** Two builds, and nothing else. */
    public List<Subject> paired(Build build, Build other) {
        return List.of(named(build), named(other));
    }

    private Subject named(Build build) {
        return new Subject(build.name(), ours.apply(build).opening());
    }
}
