package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Rounds;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class RowsTest {
    private static final int FEW = 100;

    /** One of each kind. Delivery, the rows of JMH and the launcher have tests of their own. */
    static Stream<Row> rows() {
        return Rows.named(List.of("append-batches", "catch-up", "read", "snapshots", "agent", "tools"), false).stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void should_measure_a_short_round_of_every_subject(Row row, @TempDir Path directory) {
        Settings settings =
                new Settings(1, 1, Duration.ofMillis(50), Duration.ofMillis(100), directory, Path.of("npm"), FEW);
        List<Subject> subjects = row.compared(Build.current(""));
        RowResult result = new Rounds(settings, System.err).run(row, subjects);
        assertThat(result.hasFailed()).isFalse();
        assertThat(result.lines().get(0).problem()).isEmpty();
        assertThat(result.measured())
                .allSatisfy(line -> assertThat(line.samples())
                        .hasSameSizeAs(row.measures())
                        .allSatisfy(samples -> assertThat(samples.median()).isPositive()));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void should_measure_two_builds_in_turns() {
        Row row = Rows.named(List.of("append-1"), true).get(0);
        assertThat(row.paired(new Build("new", "a"), new Build("old", "b")))
                .extracting(Subject::name)
                .containsExactly("new", "old");
        assertThat(row.compared(new Build("new", "a")))
                .extracting(Subject::name)
                .containsExactly(
                        "Millrace",
                        "bare Jetty, same bytes",
                        "Redis, appendfsync always",
                        "Durable Streams server, files");
    }

    @Test
    void should_choose_rows_by_name_and_group() {
        assertThat(Rows.named(List.of("tools", "append-1", "append-1"), false))
                .extracting(Row::id)
                .containsExactly("tool-result", "tool-round-trip", "append-1");
        assertThat(Rows.named(List.of(), false))
                .extracting(Row::id)
                .isEqualTo(Stream.of("wire", "engine")
                        .flatMap(group -> Rows.named(List.of(group), false).stream())
                        .map(Row::id)
                        .toList());
    }

    @Test
    void should_say_which_row_does_not_exist() {
        assertThatThrownBy(() -> Rows.named(List.of("wires"), false))
                .hasMessage("there is no row or group 'wires'; --list names all");
        assertThatThrownBy(() -> Rows.named(List.of("tools"), true))
                .hasMessage("there is no row or group 'tools' for two builds; --list names all, and those of wire and"
                        + " engine can be paired");
    }

    @Test
    void should_have_a_name_of_its_own_for_each_row_and_explain_it() throws Exception {
        String page = Files.readString(Path.of("../docs/benchmarks.md"));
        List<String> ids =
                Rows.all().values().stream().flatMap(List::stream).map(Row::id).toList();
        assertThat(ids)
                .doesNotHaveDuplicates()
                .allSatisfy(id -> assertThat(page).contains("| `" + id + "` |"));
    }

    @Test
    void should_have_each_option_that_the_page_names() throws Exception {
        Set<String> known =
                new CommandLine(new Benchmarks()).getCommandSpec().optionsMap().keySet();
        List<String> named = Pattern.compile("(?<![\\w-])--[a-z][a-z-]+")
                .matcher(Files.readString(Path.of("../docs/benchmarks.md")))
                .results()
                .map(MatchResult::group)
                .filter(option -> !Set.of("--prefix", "--once").contains(option)) // of npm, and of millrace demo
                .toList();
        assertThat(named).contains("--size", "--rounds");
        assertThat(known).containsAll(named);
    }
}
