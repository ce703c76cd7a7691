package dev.millrace.benchmarks.report;

import dev.millrace.benchmarks.suite.Figures;
import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Samples;
import java.util.ArrayList;
import java.util.List;

/** A row of the suite as a Markdown table, with one line for each subject. */
final class MarkdownTable {
    private MarkdownTable() {}

    static String of(RowResult result) {
        List<RowResult.Line> measured = result.measured();
        StringBuilder text = new StringBuilder();
        if (!measured.isEmpty()) {
            text.append("| |");
            for (Measure measure : result.measures()) {
                text.append(' ').append(measure.unit()).append(" | spread | ratio | spread of the ratio |");
            }
            text.append("\n|---|").append("--:|".repeat(4 * result.measures().size()));
            for (RowResult.Line line : measured) {
                text.append("\n| ").append(line.subject()).append(" | ");
                text.append(String.join(" | ", cells(result.lines().get(0), line)))
                        .append(" |");
            }
            text.append('\n');
        }
        for (RowResult.Line line : result.lines()) {
            line.problem()
                    .ifPresent(problem -> text.append("\n- ")
                            .append(line.subject())
                            .append(": ")
                            .append(problem.lines().findFirst().orElse("")));
        }
        return text.toString().stripTrailing();
    }

    private static List<String> cells(RowResult.Line reference, RowResult.Line line) {
        boolean isReference = line.equals(reference);
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < line.samples().size(); i++) {
            Samples samples = line.samples().get(i);
            cells.add(Figures.text(samples.median()));
            cells.add(Figures.spread(samples));
            if (isReference || reference.problem().isPresent()) {
                cells.add(isReference ? "1" : "");
                cells.add("");
            } else {
                Samples ratios = reference.samples().get(i).dividedBy(samples);
                cells.add(Figures.text(ratios.median()));
                cells.add(Figures.spread(ratios));
            }
        }
        return cells;
    }
}
