package dev.millrace.architecture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.architecture.EventPage.Described;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.processors.agent.AgentEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Code in documents is code that compiles and is tested, and what they say of built-in events is what the code says.
 */
class DocumentationTest {
    private static final Path EVENTS = SourceTree.root().resolve("docs/events");

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

    @Test
    void should_have_one_page_for_each_known_type_and_none_left_over() {
        assertThat(EventPage.misfits(eventPages())).isEmpty();
    }

    @Test
    void should_say_of_each_known_type_what_the_code_says() {
        List<String> problems = Described.all().stream()
                .flatMap(type -> eventPage(type).problems().stream())
                .toList();

        assertThat(problems).isEmpty();
    }

    @Test
    void should_pack_the_page_of_each_provided_type_beside_its_provider() {
        assertThat(EventPage.provided()).allSatisfy(registration -> {
            String page = registration.event().page();
            try (InputStream packed =
                    registration.provider().getClass().getClassLoader().getResourceAsStream(page)) {
                assertThat(packed).as(page).isNotNull();
                assertThat(packed).asString(UTF_8).isEqualTo(text(EVENTS.resolve(page.replaceFirst(".*/", ""))));
            }
        });
    }

    @Test
    void should_list_every_event_page_in_the_index() {
        String index = text(EVENTS.resolve("README.md"));

        assertThat(eventPages()).allSatisfy(name -> assertThat(index).contains("(" + name + ")"));
    }

    @Test
    void should_miss_a_page_and_see_one_too_many() {
        Set<String> pages = new HashSet<>(eventPages());
        pages.remove("paused.md");
        pages.add("frozen.md");

        assertThat(EventPage.misfits(pages))
                .containsExactly(
                        "paused.md: there is no such page; write it",
                        "frozen.md: there is no such type; remove the page");
    }

    @Test
    void should_see_what_an_event_page_says_otherwise_than_the_code() {
        assertThat(doctored("# `https:", "# `http:")).contains("the title is not");
        assertThat(doctored("`control`", "`append`")).contains("does not say `control`");
        assertThat(doctored("stream-paused", "stream-stopped")).contains("does not mention the spelling stream-paused");
        assertThat(doctored("| `reason` |", "| `why` |")).contains("has the fields [why], the payload has [reason]");
        assertThat(doctored("| a string |", "| an object |")).contains("reason is a string, not an object");
        assertThat(doctored("| no |", "| yes |")).contains("reason is not required");
        assertThat(doctored("{\"reason\"", "{\"why\"")).contains("in the example, payload.why: unknown field");
        assertThat(doctored("\"type\": \"https", "\"type\": \"http")).contains("in the example, the type is");
        assertThat(doctored("```json", "```text")).contains("has 0 examples, not 1");
    }

    @Test
    void should_see_what_the_page_of_an_agent_event_says_otherwise_than_the_code() {
        Class<?> input = AgentEvent.InputAdded.class;
        assertThat(doctored(input, "| `delivery` |", "| `when` |"))
                .contains("the payload has [role, content, delivery]");
        assertThat(doctored(input, "any JSON | yes |", "any JSON | no |")).contains("content is required");
        assertThat(doctored(input, "a string | no | `user`", "a string | yes | `user`"))
                .contains("role is not required");
        assertThat(doctored(input, "\"role\": \"user\"", "\"role\": \"guest\"")).contains("got 'guest'");
        assertThat(doctored(AgentEvent.RequestFailed.class, "`retryAt` | a string", "`retryAt` | a number"))
                .contains("retryAt is a string, not a number");
        assertThat(doctored(AgentEvent.RequestFailed.class, "\"code\":", "\"kode\":"))
                .contains("kode: unknown field");
        assertThat(doctored(AgentEvent.ItemCompleted.class, "\"message\", \"text\"", "\"message\", \"texts\""))
                .contains("in the example, payload.item");
    }

    @Test
    void should_follow_every_link_between_documents() {
        List<String> broken = SourceTree.documents().stream()
                .flatMap(file -> DocumentLinks.broken(file).stream())
                .toList();

        assertThat(broken).isEmpty();
    }

    @Test
    void should_see_a_link_that_leads_nowhere() throws IOException {
        Path from = root.resolve("a.md");
        Files.writeString(root.resolve("b.md"), "# A title, of `sorts`\n");
        Files.writeString(
                from, "[1](b.md) [2](b.md#a-title-of-sorts) [3](c.md) [4](b.md#other) [5](https://x.org) [6](#none)\n");

        assertThat(DocumentLinks.broken(from))
                .extracting(message -> message.substring(message.indexOf("a.md")))
                .containsExactly(
                        "a.md: there is no c.md",
                        "a.md: there is no heading for b.md#other",
                        "a.md: there is no heading for #none");
    }

    private static String doctored(String from, String to) {
        return doctored(Described.of(BuiltInType.PAUSED), from, to);
    }

    private static String doctored(Class<?> payload, String from, String to) {
        return doctored(Described.of(ProvidedEvent.of(payload)), from, to);
    }

    private static String doctored(Described type, String from, String to) {
        EventPage page = eventPage(type);
        assertThat(page.text()).contains(from);
        return String.join("\n", new EventPage(page.type(), page.text().replace(from, to)).problems());
    }

    private static EventPage eventPage(Described type) {
        return new EventPage(type, text(EVENTS.resolve(EventPage.fileName(type))));
    }

    private static Set<String> eventPages() {
        return SourceTree.documents().stream()
                .filter(file -> file.startsWith(EVENTS))
                .map(file -> file.getFileName().toString())
                .filter(name -> !name.equals("README.md"))
                .collect(Collectors.toSet());
    }

    private static String text(Path file) {
        return String.join("\n", SourceTree.lines(file)) + "\n";
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
