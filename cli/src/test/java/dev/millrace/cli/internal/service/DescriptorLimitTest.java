package dev.millrace.cli.internal.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorLimitTest {
    @Test
    void should_be_content_with_enough() {
        assertThat(DescriptorLimit.warning(20_600, 100, 20_000)).isEmpty();
        assertThat(DescriptorLimit.warning(-1, 100, 20_000)).as("unlimited").isEmpty();
    }

    @Test
    void should_say_what_to_change() {
        assertThat(DescriptorLimit.warning(1_024, 100, 20_000))
                .get()
                .asString()
                .contains("may open 1024 files", "20000 live readers (--max-readers)", "'ulimit -n 20600'")
                .endsWith(", or give --max-readers 424");
        assertThat(DescriptorLimit.warning(256, 100, 10))
                .get()
                .asString()
                .contains("'ulimit -n 610'")
                .doesNotContain("give --max-readers");
    }

    @Test
    void should_read_the_limit_of_this_process() {
        assertThat(DescriptorLimit.warning(Integer.MAX_VALUE - 1_000_000)).isNotEmpty();
    }
}
