package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Files and packages stay small. */
class SourceSizesTest {
    private static final Set<String> CROWDED = Set.of(
            "dev.millrace.cli",
            "dev.millrace.client",
            "dev.millrace.contracts",
            "dev.millrace.core",
            "dev.millrace.core.runner",
            "dev.millrace.engine",
            "dev.millrace.processors.script",
            "dev.millrace.processors.webhook",
            "dev.millrace.server",
            "dev.millrace.testkit");

    private final SourceSizes sizes = SourceSizes.ofTheProject();

    @Test
    void should_keep_every_file_small() {
        assertThat(sizes.largeFiles()).isEmpty();
    }

    @Test
    void should_keep_most_files_smaller() {
        assertThat(sizes.linesOf95Percent())
                .as("lines of the longest file after the longest 5 % are left out; split some of the long files")
                .isLessThanOrEqualTo(SourceSizes.MOST_LINES_OF_95_PERCENT);
    }

    @Test
    void should_keep_every_main_package_small() {
        assertThat(sizes.crowdedPackages(CROWDED)).isEmpty();
    }

    @Test
    void should_name_a_large_file() {
        assertThat(new SourceSizes(Map.of("a/src/main/java/a/A.java", 501, "a/src/test/java/a/B.java", 500))
                        .largeFiles())
                .containsExactly("a/src/main/java/a/A.java: 501 lines; give a part of it a name of its own");
    }

    @Test
    void should_leave_the_longest_five_percent_out() {
        assertThat(files(100).linesOf95Percent()).isEqualTo(95);
        assertThat(files(3).linesOf95Percent()).isEqualTo(3);
    }

    @Test
    void should_name_a_crowded_package_and_an_exception_that_is_not_needed() {
        assertThat(files(31).crowdedPackages(Set.of()))
                .containsExactly(
                        "a.b: 31 files, more than 30; move those that share an idea into a package of their own");
        assertThat(files(31).crowdedPackages(Set.of("a.b"))).isEmpty();
        assertThat(files(30).crowdedPackages(Set.of())).isEmpty();
        assertThat(files(30).crowdedPackages(Set.of("a.b", "a.c")))
                .containsExactly(
                        "a.b: 30 files; remove it from the exceptions", "a.c: 0 files; remove it from the exceptions");
    }

    /** As many files of {@code a.b} as said, the first with one line, each next with one more. */
    private static SourceSizes files(int count) {
        return new SourceSizes(IntStream.range(0, count)
                .boxed()
                .collect(Collectors.toMap(i -> "m/src/main/java/a/b/C" + i + ".java", i -> 1 + i)));
    }
}
