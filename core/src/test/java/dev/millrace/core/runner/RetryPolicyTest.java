package dev.millrace.core.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    @Test
    void should_stay_between_half_and_all_of_a_doubling_delay() {
        qt().forAll(
                        integers().between(1, 1_000),
                        longs().between(1, 10_000),
                        longs().between(10_000, 10_000_000),
                        longs().all())
                .checkAssert((retry, first, most, seed) -> {
                    RetryPolicy policy = new RetryPolicy(3, Duration.ofMillis(first), Duration.ofMillis(most));
                    double longest = Math.min(most, first * Math.pow(2, retry - 1));

                    Duration delay = policy.delay(retry, new SplittableRandom(seed));

                    assertThat(delay).isPositive();
                    assertThat((double) delay.toMillis()).isBetween(Math.floor(longest / 2), longest);
                });
    }

    @Test
    void should_double_from_the_first_delay_by_default() {
        RandomGenerator none = () -> 0L;

        assertThat(RetryPolicy.DEFAULT.retries()).isEqualTo(3);
        assertThat(RetryPolicy.DEFAULT.delay(1, none)).isEqualTo(Duration.ofMillis(200));
        assertThat(RetryPolicy.DEFAULT.delay(2, none)).isEqualTo(Duration.ofMillis(400));
        assertThat(RetryPolicy.DEFAULT.delay(3, none)).isEqualTo(Duration.ofMillis(800));
        assertThat(RetryPolicy.DEFAULT.delay(1_000_000, none)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void should_never_be_nothing_even_below_a_millisecond() {
        RetryPolicy policy = new RetryPolicy(1, Duration.ofNanos(1), Duration.ofNanos(1));

        assertThat(policy.delay(1, new SplittableRandom(1))).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void should_take_delays_longer_than_any_clock_for_very_long() {
        RetryPolicy policy = new RetryPolicy(1, Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(policy.delay(1, new SplittableRandom(1))).isGreaterThan(Duration.ofDays(365));
    }

    @Test
    void should_refuse_bounds_that_make_no_sense() {
        assertRefused(-1, Duration.ofMillis(1), Duration.ofMillis(1));
        assertRefused(1, Duration.ZERO, Duration.ofMillis(1));
        assertRefused(1, Duration.ofMillis(-1), Duration.ofMillis(1));
        assertRefused(1, Duration.ofMillis(2), Duration.ofMillis(1));
    }

    private static void assertRefused(int retries, Duration first, Duration most) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(retries, first, most))
                .withMessageContainingAll("retries", first.toString(), most.toString());
    }
}
