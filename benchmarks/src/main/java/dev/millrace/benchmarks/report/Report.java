package dev.millrace.benchmarks.report;

import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Writes the report of a run: each row as soon as it is measured, to the output and to {@code report.md}. */
public final class Report {
    private final Path directory;
    private final Path file;
    private final PrintStream output;

    private Report(Path directory, PrintStream output) {
        this.directory = directory;
        this.file = directory.resolve("report.md");
        this.output = output;
    }

    /** @param lines more facts about the run, for example the commit */
    public static Report start(Path directory, PrintStream output, Settings settings, List<String> lines)
            throws IOException {
        Files.createDirectories(directory);
        Report report = new Report(directory, output);
        Files.deleteIfExists(report.file);
        List<String> facts = new ArrayList<>(lines);
        facts.addAll(Machine.describe());
        facts.add("Rounds: " + settings.rounds() + " of " + settings.time().toMillis() / 1000.0
                + " s, after a warm-up of "
                + settings.warmUp().toMillis() / 1000.0
                + " s"
                + (settings.roundsPerStart() < settings.rounds()
                        ? "; all started anew after every " + settings.roundsPerStart() + " rounds"
                        : "")
                + ". Figures are medians; a spread is the lowest and the highest"
                + " round; a ratio is the first line divided by this line, round by round.");
        if (settings.size() > 0) {
            facts.add("Size: " + settings.size() + ", instead of the numbers of events or turns in the titles below.");
        }
        StringBuilder head = new StringBuilder("# Benchmarks\n");
        facts.forEach(fact -> head.append("\n- ").append(fact));
        report.append(head.append('\n').toString());
        return report;
    }

    public void add(RowResult result) throws IOException {
        StringBuilder text = new StringBuilder("\n## " + result.id() + ": " + result.title() + "\n\n");
        if (!result.measured().isEmpty()) {
            String chart = result.id() + ".svg";
            Files.writeString(directory.resolve(chart), BarChart.of(result), StandardCharsets.UTF_8);
            text.append("![").append(result.title()).append("](").append(chart).append(")\n\n");
        }
        append(text.append(MarkdownTable.of(result)).append('\n').toString());
    }

    private void append(String text) throws IOException {
        output.print(text);
        output.flush();
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
