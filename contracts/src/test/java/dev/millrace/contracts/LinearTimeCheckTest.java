package dev.millrace.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class LinearTimeCheckTest {
    private static void check(HostileText text, Consumer<String> parser) {
        LinearTimeCheck.of("sample", parser).check(List.of(text));
    }

    @Test
    void should_accept_a_linear_parser_that_is_slow() {
        HostileText text = HostileText.repeated("a");

        assertThatCode(() -> check(text, given -> {
                    long sum = 0;
                    for (int i = 0; i < 300; i++) {
                        sum += given.chars().filter(Character::isLetter).count();
                    }
                    if (sum < given.length()) {
                        throw new IllegalStateException("not counted");
                    }
                }))
                .doesNotThrowAnyException();
    }

    @Test
    void should_find_a_quadratic_and_an_exponential_parser() {
        assertThatThrownBy(() -> check(HostileText.repeated("9"), given -> {
                    if (new BigInteger(given.repeat(4)).signum() == 0) {
                        throw new IllegalStateException("not zero");
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("sample: the text (9)*n of ")
                .hasMessageContaining("not linear");
        assertThatThrownBy(() -> check(HostileText.repeated("a"), given -> ways(given, 0)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("for so short a text");
    }

    @Test
    void should_find_a_failure_that_is_no_refusal_and_a_long_message() {
        HostileText nested = HostileText.nested("[", "", "]");

        assertThatThrownBy(() -> check(nested, given -> {
                    throw new IndexOutOfBoundsException("at 1");
                }))
                .hasMessageContaining("([)*n(])*n")
                .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> check(nested, given -> {
                    throw new IllegalArgumentException("x".repeat(6_000));
                }))
                .hasMessageContaining("a message of 6000 characters");
        assertThatThrownBy(() -> check(HostileText.repeated("[]"), LinearTimeCheckTest::descend))
                .hasMessageContaining("exhausts the stack");
    }

    @Test
    void should_try_a_sample_of_the_texts_in_the_build_and_all_in_long_runs() {
        List<HostileText> texts = Collections.nCopies(16, HostileText.repeated("a"));
        AtomicInteger all = new AtomicInteger();
        AtomicInteger some = new AtomicInteger();

        LinearTimeCheck.of("all", given -> all.incrementAndGet()).check(texts);
        LinearTimeCheck.of("some", given -> some.incrementAndGet()).sampled().check(texts);

        assertThat(some).hasValue(Boolean.getBoolean("millrace.long") ? all.get() : all.get() / 8);
    }

    /** The number of ways to cut a text into pieces of one or two characters. */
    private static long ways(String text, int from) {
        return from >= Math.min(text.length(), 37) ? 1 : ways(text, from + 1) + ways(text, from + 2);
    }

    private static void descend(String text) {
        if (!text.isEmpty()) {
            descend(text.substring(1) + text.charAt(0));
        }
    }
}
