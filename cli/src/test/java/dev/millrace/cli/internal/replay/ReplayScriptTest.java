package dev.millrace.cli.internal.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplayScriptTest {
    @Test
    void should_split_at_semicolons_that_are_not_in_a_name() {
        assertThat(ReplayScript.split(" goto 5;diff ; why $[\"a;b\"];; "))
                .containsExactly("goto 5", "diff", "why $[\"a;b\"]");
        assertThat(ReplayScript.split("")).isEmpty();
    }
}
