package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every public type of a library says since which version it exists. */
class SinceTagsTest {
    /** How many public types may lack the tag. */
    private static final int KNOWN = 0;

    @Test
    void should_say_of_every_public_type_since_when_it_exists() {
        List<String> missing = SinceTags.missing();

        assertThat(missing.size())
                .as("public types without @since:%n%s", String.join("\n", missing))
                .isLessThanOrEqualTo(KNOWN);
    }

    @Test
    void should_name_a_public_type_without_the_tag() {
        assertThat(problem("/** A class. */", "@Deprecated", "public final class A {}"))
                .isEqualTo(
                        "A.java:3: a public type without @since; end its javadoc with '@since' and the version that is next");
        assertThat(problem("/**", " * A record.", " *", " * @param a a", " */", "public record A(int a) {}"))
                .contains("A.java:6");
        assertThat(problem("public enum A {}")).contains("A.java:1");
        assertThat(problem("/** Not since 2. @since 1 in a sentence. */", "public enum A {}"))
                .contains("A.java:2");
    }

    @Test
    void should_accept_a_tag_and_leave_alone_what_is_not_public() {
        assertThat(problem("/**", " * A class.", " *", " * @since 0.1", " */", "public abstract class A {}"))
                .isEmpty();
        assertThat(problem("/** A class. */", "final class A {", "    public interface B {}", "}"))
                .isEmpty();
    }

    private static String problem(String... lines) {
        return SinceTags.problem("A.java", List.of(lines)).orElse("");
    }
}
