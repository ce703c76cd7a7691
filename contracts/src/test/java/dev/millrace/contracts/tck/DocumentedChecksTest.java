package dev.millrace.contracts.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** {@code docs/checks.md} lists the checks of each suite. */
class DocumentedChecksTest {
    private static final String PAGE = "docs/checks.md";
    private static final Pattern HEADING = Pattern.compile("## `([a-z]+)`");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (.+) \\|");

    @Test
    void should_list_each_check_of_each_suite_and_no_other() throws IOException {
        assertThat(problems(Files.readAllLines(Path.of("..", PAGE)))).isEmpty();
    }

    @Test
    void should_say_which_line_to_add_or_remove() {
        List<String> page = new ArrayList<>();
        for (CheckSuite suite : CheckSuite.values()) {
            page.add("## `" + suite.word() + "`");
            checks(suite).forEach(check -> page.add("| `" + check + "` | Text. |"));
        }
        assertThat(problems(page)).isEmpty();

        page.remove("| `45 metadata is replaced as a whole` | Text. |");
        page.add("| `99 an old one` | Text. |");
        page.add("## `older`");
        page.add("| `01 first event of a new stream has offset 2` | Text. |");

        assertThat(problems(page))
                .containsExactly(
                        "docs/checks.md: there is no suite 'older' in CheckSuite; remove its section",
                        "docs/checks.md, section `slice`: there is no such check; remove the line | `99 an old one` | … |",
                        "docs/checks.md, section `state`: add the line | `45 metadata is replaced as a whole` | A sentence. |");
    }

    private static List<String> problems(List<String> page) {
        Map<String, Set<String>> listed = listed(page);
        Map<String, Set<String>> known = new TreeMap<>();
        for (CheckSuite suite : CheckSuite.values()) {
            known.put(suite.word(), checks(suite));
        }
        List<String> problems = new ArrayList<>();
        listed.keySet().stream()
                .filter(suite -> !known.containsKey(suite))
                .forEach(suite ->
                        problems.add(PAGE + ": there is no suite '" + suite + "' in CheckSuite; remove its section"));
        known.forEach((suite, checks) -> {
            String section = PAGE + ", section `" + suite + "`: ";
            Set<String> lines = listed.getOrDefault(suite, new TreeSet<>());
            checks.stream()
                    .filter(check -> !lines.contains(check))
                    .forEach(check -> problems.add(section + "add the line | `" + check + "` | A sentence. |"));
            lines.stream()
                    .filter(check -> !checks.contains(check))
                    .forEach(check ->
                            problems.add(section + "there is no such check; remove the line | `" + check + "` | … |"));
        });
        return problems;
    }

    /** The names of the checks in each section. */
    private static Map<String, Set<String>> listed(List<String> page) {
        Map<String, Set<String>> listed = new TreeMap<>();
        String suite = "";
        for (String line : page) {
            Matcher heading = HEADING.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                suite = heading.group(1);
                listed.put(suite, new TreeSet<>());
            } else if (row.matches()) {
                listed.computeIfAbsent(suite, unknown -> new TreeSet<>()).add(row.group(1));
            }
        }
        return listed;
    }

    /** The names of a suite's checks, as the tool prints them. */
    private static Set<String> checks(CheckSuite suite) {
        Set<String> names = new TreeSet<>();
        for (Class<?> checks : suite.checks()) {
            ReflectionSupport.findMethods(
                            checks,
                            method -> AnnotationSupport.isAnnotated(method, Testable.class),
                            HierarchyTraversalMode.TOP_DOWN)
                    .forEach(method -> names.add(CheckSuite.sentence(method.getName())));
        }
        return names;
    }
}
