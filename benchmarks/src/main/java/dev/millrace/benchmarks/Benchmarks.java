package dev.millrace.benchmarks;

import dev.millrace.benchmarks.report.Report;
import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Rounds;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command behind {@code benchmarks/run}: measures rows, and writes the report to the standard output and to files. */
@Command(
        name = "benchmarks/run",
        description = {
            "Measures rows, and prints a Markdown report.",
            "'benchmarks/run suite' measures the test suite instead; see CONTRIBUTING.md."
        },
        customSynopsis = {
            "benchmarks/run [options] [row or group...]",
            "       benchmarks/run paired COMMIT [options] [row or group...]",
            "       benchmarks/run suite [argument of Maven...]",
            "       benchmarks/run suite --report-only LOG"
        },
        sortOptions = false)
public final class Benchmarks implements Callable<Integer> {
    private static final int ROUNDS = 5;
    private static final int PAIRED_ROUNDS = 15;
    private static final int PAIRED_ROUNDS_PER_START = 3;

    @Parameters(
            arity = "0..*",
            paramLabel = "row or group",
            description = "what to measure; wire and engine by default. --list names all")
    private List<String> names = new ArrayList<>();

    @Option(names = "--rounds", paramLabel = "N", description = "rounds of each row; 5 by default, 15 if paired")
    private int rounds;

    @Option(
            names = "--rounds-per-start",
            paramLabel = "N",
            description = "rounds until all subjects are started anew; 3 by default if paired, else all rounds")
    private int roundsPerStart;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "4",
            description = "how long each subject works in a round; ${DEFAULT-VALUE} by default")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "10",
            description = "how long each subject works before; ${DEFAULT-VALUE} by default")
    private double warmUp;

    @Option(names = "--size", paramLabel = "N", description = "events or turns of the rows that have a number of them")
    private int size;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "benchmarks/target/report",
            description = "for report.md and the charts; ${DEFAULT-VALUE} by default")
    private Path out = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "benchmarks/target/data",
            description = "for the data, on the disk that is measured; ${DEFAULT-VALUE} by default")
    private Path data = Path.of("");

    @Option(names = "--list", description = "only names all rows and their groups")
    private boolean list;

    @Option(names = "--commit", hidden = true, defaultValue = "this checkout")
    private String commit = "";

    @Option(names = "--npm", hidden = true, defaultValue = "benchmarks/npm")
    private Path npm = Path.of("");

    @Option(names = "--other", hidden = true)
    private @Nullable String other;

    @Option(names = "--other-class-path", hidden = true)
    private @Nullable String otherClassPath;

    @Option(names = "--help", usageHelp = true, description = "prints this")
    @SuppressWarnings("UnusedVariable") // picocli prints the help and does not call the command
    private boolean help;

    /** Ends with status 1 if a subject failed, and 2 if an argument is wrong. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Benchmarks()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Rows.all()
                    .forEach((group, rows) ->
                            rows.forEach(row -> System.out.printf("%-10s %-20s %s%n", group, row.id(), row.title())));
            return 0;
        }
        Build build = Build.current(commit);
        Optional<Build> pair = other == null || otherClassPath == null
                ? Optional.empty()
                : Optional.of(new Build(other, otherClassPath));
        List<Row> rows = chosen(pair.isPresent());
        int all = rounds > 0 ? rounds : pair.isPresent() ? PAIRED_ROUNDS : ROUNDS;
        Settings settings = new Settings(
                all,
                roundsPerStart > 0 ? roundsPerStart : pair.isPresent() ? PAIRED_ROUNDS_PER_START : all,
                seconds(warmUp),
                seconds(seconds),
                data.toAbsolutePath(),
                npm,
                size);
        String subject = pair.map(with -> commit + " beside " + with.name()).orElse(commit);
        Report report = Report.start(out, System.out, settings, List.of("Commit: " + subject));
        boolean failed = false;
        for (Row row : rows) {
            List<Subject> subjects = pair.map(with -> row.paired(build, with)).orElseGet(() -> row.compared(build));
            RowResult result = new Rounds(settings, System.err).run(row, subjects);
            report.add(result);
            failed |= result.hasFailed();
        }
        System.err.println("report and charts: " + out);
        return failed ? 1 : 0;
    }

    private List<Row> chosen(boolean isPaired) {
        try {
            return Rows.named(names, isPaired);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(new CommandLine(this), e.getMessage(), e);
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
