package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents have no misspelled word. */
class SpellingTest {
    private static final Path TERMS = SourceTree.root().resolve("architecture/spelling.txt");

    private final Spelling spelling = new Spelling(SourceTree.lines(TERMS));

    @Test
    void should_spell_every_document_right() {
        List<String> problems = SourceTree.documents().stream()
                .flatMap(file -> spelling.problems(SourceTree.relative(file), SourceTree.lines(file)).stream())
                .toList();

        assertThat(problems).isEmpty();
    }

    @Test
    void should_list_each_term_once_and_in_order() {
        List<String> terms = SourceTree.lines(TERMS);

        assertThat(terms)
                .as("architecture/spelling.txt; sort it with LC_ALL=C sort -u")
                .isEqualTo(terms.stream().distinct().sorted().toList());
    }

    @Test
    void should_name_a_misspelled_word_and_where_it_is() {
        assertThat(spelling.problems("a.md", List.of("# A title", "", "The proccessor appends an event.")))
                .singleElement()
                .asString()
                .startsWith("a.md:3: 'proccessor' is no known word (did you mean: processor")
                .endsWith("or add it to architecture/spelling.txt");
    }

    @Test
    void should_leave_code_links_and_markup_out() {
        assertThat(spelling.problems("a.md", """
                        Call `recieve()` or ``a `recieve` b`` and see [the page](recieve.md#teh).

                        ```java
                        recieve();
                        ```

                          ```sh
                          teh
                          ```
                        <!-- teh
                        teh --> <b title="teh">bold</b> &nbsp; <https://teh.example/recieve> [docs/teh.md](a)
                        [page]: teh.md
                        """.lines().toList())).isEmpty();
        assertThat(spelling.problems(
                        "a.md", List.of("A ` alone.", "", "```", "teh", "```", "[recieve](a.md) **teh** `a`")))
                .hasSize(2)
                .allMatch(problem -> problem.startsWith("a.md:6: "));
    }

    @Test
    void should_accept_terms_possessives_capitals_and_numbers() {
        Spelling ours = new Spelling(List.of("mill", "reducer", "SQLite"));

        assertThat(List.of("reducer", "Reducer", "reducer's", "SQLite", "HTTP", "v2", "doesn't", "Monday", "it's"))
                .allMatch(ours::isRight);
        assertThat(List.of("sqlite", "reduceer", "monday")).noneMatch(ours::isRight);
    }
}
