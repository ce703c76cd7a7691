package dev.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The script {@code examples/run} knows each example that can be run. */
class RunScriptTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/millrace/examples");
    private static final Pattern CASE = Pattern.compile("(?m)^([a-z-]+)\\) main=(\\S+) ;;$");

    @Test
    void should_run_and_list_each_class_with_a_main_method() throws IOException {
        String script = Files.readString(Path.of("run"));
        List<MatchResult> cases = CASE.matcher(script).results().toList();

        assertThat(cases.stream().map(found -> found.group(2))).containsExactlyInAnyOrderElementsOf(mainClasses());
        List<String> usage = script.lines()
                .filter(line -> line.contains("examples/run hello-world"))
                .toList();
        assertThat(usage).hasSize(2);
        for (String line : usage) {
            List<String> listed = List.of(line.replaceAll("[^a-z-]+", " ").split(" "));
            assertThat(listed)
                    .containsAll(cases.stream().map(found -> found.group(1)).toList());
        }
    }

    private static List<String> mainClasses() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(RunScriptTest::hasMain)
                    .map(file -> SOURCES.relativize(file)
                            .toString()
                            .replace(".java", "")
                            .replace('/', '.'))
                    .toList();
        }
    }

    private static boolean hasMain(Path file) {
        try {
            return Files.readString(file).contains("public static void main(");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
