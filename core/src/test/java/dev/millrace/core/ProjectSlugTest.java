package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectSlugTest {
    @Test
    void should_trim_what_callers_write() {
        assertThat(ProjectSlug.of("  team-a\t")).isEqualTo(new ProjectSlug("team-a"));
        assertThat(ProjectSlug.defaultProject()).hasToString("public");
    }

    @Test
    void should_accept_255_characters_and_refuse_256() {
        assertThat(ProjectSlug.of("x".repeat(255)).value()).hasSize(255);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProjectSlug.of("x".repeat(256)))
                .withMessageContainingAll("non-empty string", "255", "256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void should_refuse_a_blank_slug(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProjectSlug.of(text))
                .withMessageContaining("non-empty string");
    }

    @Test
    void should_refuse_an_untrimmed_value() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProjectSlug(" a"));
    }
}
