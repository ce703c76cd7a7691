package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code in documents is code that compiles and is tested. */
class DocumentationTest {
    @TempDir
    Path root;

    @Test
    void should_show_code_as_the_tested_sources_have_it() {
        List<String> problems = SourceTree.documents().stream()
                .flatMap(file -> Snippet.in(SourceTree.relative(file), SourceTree.lines(file)).stream())
                .flatMap(snippet -> snippet.problem(SourceTree.root()).stream())
                .toList();

        assertThat(problems).isEmpty();
    }

    @Test
    void should_accept_a_block_that_reads_as_its_region() throws IOException {
        source("""
                class A {
                    // region greet
                    void greet() {
                        // region inner
                        say("hi");
                        // endregion
                    }
                    // endregion
                }
                """);

        assertThat(problem("""
                <!-- snippet: A.java#greet -->
                ```java
                void greet() {
                    say("hi");
                }
                ```
                """)).isEmpty();
        assertThat(problem("""
                <!-- snippet: A.java#inner -->

                ```java
                say("hi");
                ```
                """)).isEmpty();
    }

    @Test
    void should_show_both_sides_of_a_difference() throws IOException {
        source("// region a\nint x = 1;\n// endregion\n");

        assertThat(problem("Text.\n<!-- snippet: A.java#a -->\n```java\nint x = 2;\n```\n"))
                .hasValue("doc.md:3: differs from A.java#a; it must read\nint x = 1;\nand reads\nint x = 2;");
    }

    @Test
    void should_name_what_is_missing() throws IOException {
        source("// region a\nint x = 1;\n");

        assertThat(problem("<!-- snippet: B.java#a -->\n```java\nint x = 1;\n```\n"))
                .hasValue("doc.md:2: there is no file B.java");
        assertThat(problem("<!-- snippet: A.java#a -->\n```java\nint x = 1;\n```\n"))
                .hasValue("doc.md:2: A.java has no '// region a' with its '// endregion'");
        assertThat(problem("```java\nint x = 1;\n```\n"))
                .hasValueSatisfying(
                        message -> assertThat(message).startsWith("doc.md:1: a Java block without a source"));
    }

    @Test
    void should_leave_shell_blocks_and_foreign_code_alone() {
        assertThat(problem("```sh\n./mvnw verify\n```\n")).isEmpty();
        assertThat(problem("<!-- snippet: none -->\n```java\nnotOurs();\n```\n"))
                .isEmpty();
    }

    @Test
    void should_compare_other_languages_and_whole_files_when_asked() throws IOException {
        Files.writeString(root.resolve("log.yaml"), "type: a\n");

        assertThat(problem("<!-- snippet: log.yaml -->\n```yaml\ntype: a\n```\n"))
                .isEmpty();
        assertThat(problem("<!-- snippet: log.yaml -->\n```yaml\ntype: b\n```\n"))
                .isPresent();
    }

    private void source(String text) throws IOException {
        Files.writeString(root.resolve("A.java"), text);
    }

    private Optional<String> problem(String document) {
        List<Snippet> snippets = Snippet.in("doc.md", document.lines().toList());
        assertThat(snippets).hasSize(1);
        return snippets.get(0).problem(root);
    }
}
