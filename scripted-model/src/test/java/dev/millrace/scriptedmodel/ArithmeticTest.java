package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArithmeticTest {
    @ParameterizedTest
    @CsvSource({
        "What is 50 - 8?, 50 - 8 is 42.",
        "2 + 3 * 4, 2 + 3 * 4 is 14.",
        "how much is 1.5*2 please, 1.5*2 is 3.",
        "-3 + 3, -3 + 3 is 0.",
        "100 / 8 / 2, 100 / 8 / 2 is 6.25.",
        "10 ÷ 4 × 2, 10 ÷ 4 × 2 is 5.",
        "7 / 0, 7 / 0 has no answer: nothing can be divided by 0."
    })
    void should_do_the_sum_in_a_text(String question, String answer) {
        assertThat(Arithmetic.answer(question)).contains(answer);
    }

    @Test
    void should_answer_nothing_when_there_is_no_sum() {
        assertThat(Arithmetic.answer("call me at 5")).isEmpty();
        assertThat(Arithmetic.answer("")).isEmpty();
    }
}
