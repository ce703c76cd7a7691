package dev.millrace.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final Settings SETTINGS = settings(3, 3);

    private final List<String> calls = new ArrayList<>();
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    private static Settings settings(int rounds, int roundsPerStart) {
        return new Settings(
                rounds,
                roundsPerStart,
                Duration.ofSeconds(7),
                Duration.ofSeconds(2),
                Path.of("data"),
                Path.of("npm"),
                0);
    }

    private RowResult run(Subject... subjects) {
        return run(SETTINGS, subjects);
    }

    private RowResult run(Settings settings, Subject... subjects) {
        Row row = new Row("row", "A row", List.of(Measure.rate("events/s")), build -> subjects[0], List.of());
        return new Rounds(settings, new PrintStream(progress, true, StandardCharsets.UTF_8))
                .run(row, List.of(subjects));
    }

    /** Gives 1, 2, 3 and so on, times a factor; the first figure is that of the warm-up. */
    private Subject counting(String name, double factor) {
        return new Subject(name, settings -> new Measurement() {
            private int runs;

            @Override
            public double[] run(Duration time) {
                calls.add(name + " " + time.toSeconds());
                return new double[] {factor * ++runs};
            }

            @Override
            public void close() {
                calls.add(name + " closed");
            }
        });
    }

    @Test
    void should_warm_up_all_equally_and_begin_each_round_with_another() {
        run(counting("a", 1), counting("b", 10));
        assertThat(calls)
                .containsExactly("a 7", "b 7", "a 2", "b 2", "b 2", "a 2", "a 2", "b 2", "a closed", "b closed");
    }

    @Test
    void should_start_all_anew_after_some_rounds_and_another_one_first() {
        RowResult result = run(settings(3, 2), counting("a", 1), counting("b", 10));
        assertThat(calls)
                .containsExactly(
                        "a 7",
                        "b 7",
                        "a 2",
                        "b 2",
                        "b 2",
                        "a 2",
                        "a closed",
                        "b closed", //
                        "b 7",
                        "a 7",
                        "a 2",
                        "b 2",
                        "a closed",
                        "b closed");
        assertThat(result.lines().get(0).samples().get(0).max()).isEqualTo(3);
    }

    @Test
    void should_have_a_sample_of_each_round_and_none_of_the_warm_up() {
        RowResult result = run(counting("a", 1), counting("b", 10));
        assertThat(result.lines()).extracting(RowResult.Line::subject).containsExactly("a", "b");
        Samples samples = result.lines().get(1).samples().get(0);
        assertThat(samples.min()).isEqualTo(20);
        assertThat(samples.median()).isEqualTo(30);
        assertThat(samples.max()).isEqualTo(40);
        assertThat(result.hasFailed()).isFalse();
        assertThat(progress.toString(StandardCharsets.UTF_8)).contains("row: round 3 of 3; a 4.00; b 40.0");
    }

    @Test
    void should_skip_what_is_not_installed() {
        Subject absent = new Subject("b", settings -> {
            throw new AbsentException("install it");
        });
        RowResult result = run(counting("a", 1), absent);
        assertThat(result.lines().get(1).problem()).contains("skipped: install it");
        assertThat(result.measured()).hasSize(1);
        assertThat(result.hasFailed()).isFalse();
    }

    @Test
    void should_go_on_without_a_subject_that_failed() {
        Subject failing = new Subject("b", settings -> time -> {
            if (time.toSeconds() == 2) {
                throw new IOException("refused");
            }
            return new double[] {1};
        });
        RowResult result = run(counting("a", 1), failing);
        assertThat(result.lines().get(1).problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).startsWith("failed: ").contains("refused"));
        assertThat(result.lines().get(0).samples().get(0).max()).isEqualTo(4);
        assertThat(result.hasFailed()).isTrue();
    }
}
