package dev.millrace.core.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void should_draw_delays_from_the_upper_half_of_a_doubling_range() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));
        Random random = new Random(1);
        for (int failures = 1; failures < 100; failures++) {
            Duration longest = Duration.ofMillis(Math.min(10_000, 100L << Math.min(failures - 1, 10)));
            for (int n = 0; n < 20; n++) {
                assertThat(backoff.delay(failures, random)).isBetween(longest.dividedBy(2), longest);
            }
        }
        assertThat(backoff.delay(50, random)).isNotEqualTo(backoff.delay(50, random));
        assertThat(backoff.delay(Integer.MAX_VALUE, random)).isLessThanOrEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void should_never_be_nothing() {
        Backoff backoff = new Backoff(Duration.ofNanos(1), Duration.ofNanos(2));

        assertThat(backoff.delay(1, new Random(1))).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void should_refuse_limits_that_do_not_fit() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 < first <= most");
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
