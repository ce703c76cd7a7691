package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quicktheories.core.Gen;

class StreamPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "/a/b", "/e2e/__reserved", "/-", "/_", "/0", "/agents/2026-01-01/run_7"})
    void should_accept_every_canonical_form(String text) {
        assertThat(new StreamPath(text)).hasToString(text);
        assertThat(StreamPath.of(text)).isEqualTo(new StreamPath(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a", "//", "/a/", "/a//b", "/A", "/a.b", "/a b", "/ä", "/a%2Fb", "/a/..", "/.", "/a\n", "/a?b"
            })
    void should_refuse_every_other_form_and_quote_it(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StreamPath(text))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"a,/a", "a/b,/a/b", "'',/", "/,/", "/a,/a"})
    void should_add_nothing_but_a_missing_leading_slash(String text, String canonical) {
        assertThat(StreamPath.of(text).value()).isEqualTo(canonical);
    }

    @Test
    void should_accept_1023_characters_and_refuse_1024() {
        String longest = "/" + "a".repeat(1022);

        assertThat(StreamPath.of(longest).value()).hasSize(StreamPath.MAX_LENGTH);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamPath.of(longest + "a"))
                .withMessageContainingAll("1024", "1023");
    }

    @Test
    void should_check_the_deepest_path_on_a_small_stack() throws InterruptedException {
        String deepest = "/a".repeat(511);
        Throwable[] thrown = new Throwable[1];
        Thread small = new Thread(null, () -> StreamPath.of(deepest).ancestors(), "small", 128 * 1024);
        small.setUncaughtExceptionHandler((thread, failure) -> thrown[0] = failure);

        small.start();
        small.join(10_000);

        assertThat(thrown[0]).isNull();
    }

    @Test
    void should_list_ancestors_from_the_parent_to_the_root() {
        assertThat(StreamPath.of("/a/b/c/d").ancestors())
                .extracting(StreamPath::value)
                .containsExactly("/a/b/c", "/a/b", "/a", "/");
        assertThat(StreamPath.of("/a").ancestors()).containsExactly(StreamPath.root());
        assertThat(StreamPath.root().ancestors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b,/a,true",
        "/a/b/c,/a,true",
        "/a,/,true",
        "/ab,/a,false",
        "/a,/a,false",
        "/,/,false",
        "/a,/a/b,false",
        "/,/a,false"
    })
    void should_know_what_is_strictly_below(String path, String ancestor, boolean below) {
        assertThat(StreamPath.of(path).isBelow(StreamPath.of(ancestor))).isEqualTo(below);
    }

    @ParameterizedTest
    @CsvSource({"/,/a,/a", "/,/a/b/c,/a", "/a,/a/b,/a/b", "/a,/a/b/c/d,/a/b"})
    void should_name_the_child_on_the_way_down(String path, String descendant, String child) {
        assertThat(StreamPath.of(path).childTowards(StreamPath.of(descendant))).isEqualTo(StreamPath.of(child));
    }

    @ParameterizedTest
    @CsvSource({"/a,/a", "/a,/ab", "/a/b,/a", "/a,/"})
    void should_refuse_a_path_that_is_not_below(String path, String other) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamPath.of(path).childTowards(StreamPath.of(other)))
                .withMessage(other + " is not below " + path);
    }

    @ParameterizedTest
    @CsvSource({
        "/team/a,.,/team/a",
        "/team/a,./,/team/a",
        "/team/a,./child,/team/a/child",
        "/team/a,./child/,/team/a/child",
        "/team/a,./child/grandchild,/team/a/child/grandchild",
        "/team/a,..,/team",
        "/team/a,../,/team",
        "/team/a,../sibling,/team/sibling",
        "/team/a,../../y,/y",
        "/team/a,../..,/",
        "/team/a,./x/../y,/team/a/y",
        "/team/a,/absolute,/absolute",
        "/team/a,/absolute///,/absolute",
        "/team/a,/,/",
        "/,.,/",
        "/,./child,/child"
    })
    void should_resolve_targets_as_from_a_directory(String own, String target, String resolved) {
        assertThat(StreamPath.of(own).resolve(target)).isEqualTo(StreamPath.of(resolved));
    }

    @ParameterizedTest
    @CsvSource({
        "/team/a,child",
        "/team/a,''",
        "/team/a,...",
        "/team/a,.hidden",
        "/team/a,../../..",
        "/team/a,../../../x",
        "/,..",
        "/team/a,./UP",
        "/team/a,.//x",
        "/team/a,/../x",
        "/team/a,./a b"
    })
    void should_refuse_bare_names_walks_above_the_root_and_bad_segments(String own, String target) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamPath.of(own).resolve(target))
                .withMessageContaining("'");
    }

    @Test
    void should_be_resolved_from_every_descendant() {
        qt().forAll(paths(), paths()).checkAssert((above, below) -> {
            StreamPath descendant = StreamPath.of(above.value() + below.value());
            StreamPath child = above.childTowards(descendant);

            assertThat(descendant.isBelow(above)).isTrue();
            assertThat(descendant.ancestors()).contains(above);
            assertThat(child.ancestors().get(0)).isEqualTo(above);
            assertThat(above.resolve("." + below.value())).isEqualTo(descendant);
            assertThat(child.equals(descendant) || descendant.isBelow(child)).isTrue();
        });
    }

    private static Gen<StreamPath> paths() {
        Gen<String> segments = strings().betweenCodePoints('a', 'z').ofLengthBetween(1, 5);
        Gen<List<String>> several = lists().of(segments).ofSizes(integers().between(1, 5));
        return several.map(list -> StreamPath.of(String.join("/", list)));
    }
}
