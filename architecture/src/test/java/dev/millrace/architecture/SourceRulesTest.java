package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules that no compiler holds. The words looked for are written in two halves here, so that this file passes. */
class SourceRulesTest {
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");
    private static final Pattern SKIPPED = Pattern.compile("@Dis" + "abled\\b");
    private static final Pattern SLEEP = Pattern.compile("\\bThread\\s*\\.\\s*sl" + "eep\\b|::sl" + "eep\\b");

    @Test
    void should_see_the_sources() {
        assertThat(SourceTree.modules()).hasSizeGreaterThan(5);
        assertThat(SourceTree.javaSources()).hasSizeGreaterThan(50);
    }

    @Test
    void should_document_every_package() {
        Set<String> missing = new TreeSet<>();
        for (Path source : SourceTree.javaSources()) {
            Path inModule = SourceTree.root().relativize(source);
            Path module = SourceTree.root().resolve(inModule.getName(0));
            Path packagePath = inModule.subpath(4, inModule.getNameCount()).getParent();
            boolean documented = List.of("src/main/java", "src/test/java").stream()
                    .map(module::resolve)
                    .anyMatch(tree -> Files.exists(tree.resolve(packagePath).resolve("package-info.java")));
            if (!documented) {
                missing.add(SourceTree.relative(source.resolveSibling("package-info.java")));
            }
        }
        assertThat(missing)
                .as("packages without package-info.java; add one with a sentence and @NullMarked")
                .isEmpty();
    }

    @Test
    void should_mark_every_package_null_safe() {
        List<String> unmarked = SourceTree.javaSources().stream()
                .filter(source -> source.endsWith("package-info.java"))
                .filter(source -> SourceTree.lines(source).stream().noneMatch(line -> line.startsWith("@NullMarked")))
                .map(SourceTree::relative)
                .toList();
        assertThat(unmarked).as("package-info.java without @NullMarked").isEmpty();
    }

    @Test
    void should_leave_nothing_unfinished() {
        assertThat(linesWith(UNFINISHED, source -> true))
                .as("unfinished work; do it, or open an issue")
                .isEmpty();
    }

    @Test
    void should_skip_no_test() {
        assertThat(linesWith(SKIPPED, source -> true))
                .as("skipped tests; fix or delete them")
                .isEmpty();
    }

    @Test
    void should_never_sleep_in_a_test() {
        assertThat(linesWith(SLEEP, source -> source.toString().contains("/src/test/")))
                .as("sleeping tests; use virtual time, a latch or Awaitility")
                .isEmpty();
    }

    private static List<String> linesWith(Pattern pattern, Predicate<Path> wanted) {
        List<String> found = new ArrayList<>();
        for (Path source : SourceTree.javaSources()) {
            if (!wanted.test(source)) {
                continue;
            }
            List<String> lines = SourceTree.lines(source);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(SourceTree.relative(source) + ":" + (i + 1) + ": "
                            + lines.get(i).strip());
                }
            }
        }
        return found;
    }
}
