package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiFilesTest {
    private static final List<String> LINES =
            List.of("public final class a.B extends a.C", "    public void one()", "    public void two()");

    @TempDir
    Path directory;

    private ApiFiles files;

    @BeforeEach
    void writeFiles() throws IOException {
        files = new ApiFiles(directory);
        files.write(Map.of("core", LINES));
    }

    @Test
    void should_accept_what_was_written() throws IOException {
        assertThat(files.problems(Map.of("core", LINES))).isEmpty();
    }

    @Test
    void should_show_what_went_and_what_came_and_how_to_accept_it() throws IOException {
        List<String> lines = List.of(LINES.get(0), "    public int one()", LINES.get(2));

        assertThat(files.problems(Map.of("core", lines)))
                .singleElement()
                .asString()
                .contains("differ from architecture/api/core.txt:\n+ a.B: public int one()\n- a.B: public void one()\n")
                .contains("an entry under 'Changed'")
                .contains("-Dtest=ApiSignaturesTest")
                .contains("-Dmillrace.api.accept=true");
    }

    @Test
    void should_show_the_first_differences_and_count_the_others() throws IOException {
        List<String> lines =
                IntStream.range(100, 130).mapToObj(i -> "public class a.B" + i).toList();

        assertThat(files.problems(Map.of("client", lines, "core", LINES)))
                .singleElement()
                .asString()
                .contains("+ a.B119: public class a.B119\n... and 10 more\n")
                .doesNotContain("B120");
    }

    @Test
    void should_see_another_order() throws IOException {
        assertThat(files.problems(Map.of("core", List.of(LINES.get(0), LINES.get(2), LINES.get(1)))))
                .singleElement()
                .asString()
                .contains("(the same lines in another order)");
    }

    @Test
    void should_see_a_file_without_a_module_and_remove_it_when_accepted() throws IOException {
        assertThat(files.problems(Map.of())).singleElement().asString().contains("- a.B: public final class a.B");

        files.write(Map.of());

        assertThat(directory).isEmptyDirectory();
    }
}
