package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.PAUSED;
import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBucketRuleTest {
    private static final String REASON = "circuit breaker tripped: burst rate limit exceeded";

    private static BreakerLog bucket(int capacity, int perMinute) {
        return new BreakerLog()
                .configured("{\"burstCapacity\": " + capacity + ", \"refillRatePerMinute\": " + perMinute + "}");
    }

    @Test
    void should_trip_on_the_first_event_that_makes_the_balance_negative() {
        BreakerLog log = bucket(5, 1).events(5, 0);
        assertThat(log.reason()).isEmpty();

        assertThat(log.events(1, 0).reason()).hasValue(REASON);
        assertThat(log.trippedAt()).hasValue(7L);
    }

    @ParameterizedTest
    @CsvSource({
        "60, 999, true",
        "60, 1000, false",
        "1, 59999, true",
        "1, 60000, false",
        "7, 8571, true",
        "7, 8572, false",
    })
    void should_refill_continuously(int perMinute, long millis, boolean trips) {
        BreakerLog log = bucket(5, perMinute).events(5, 0).millis(millis).events(1, 0);

        assertThat(log.reason().isPresent()).isEqualTo(trips);
    }

    @Test
    void should_not_lose_a_fraction_however_often_it_refills() {
        // 7 tokens per minute: one event of weight 1 every 8572 ms never exhausts the bucket
        BreakerLog log = bucket(1, 7).events(10_000, 8_572);
        assertThat(log.reason()).isEmpty();
        assertThat(log.millis(8_570).events(1, 0).millis(8_000).events(1, 0).reason())
                .hasValue(REASON);
    }

    @Test
    void should_never_hold_more_than_its_capacity() {
        BreakerLog log =
                bucket(5, 1_000_000).millis(Duration.ofDays(40_000).toMillis()).events(5, 0);
        assertThat(log.reason()).isEmpty();
        assertThat(log.events(1, 0).reason()).hasValue(REASON);
    }

    @Test
    void should_remove_the_weight_of_an_event() {
        BreakerLog log = new BreakerLog().configured("""
                {"burstCapacity": 5, "refillRatePerMinute": 1, "weights": {"heavy": 2.5, "light": 0}}""");
        for (int i = 0; i < 50; i++) {
            log.event("light", "{}").written("llm-chunk-added");
        }
        log.event("heavy", "{}").event("heavy", "{}");
        assertThat(log.reason()).isEmpty();
        assertThat(log.event("heavy", "{}").reason()).hasValue(REASON);
    }

    @Test
    void should_survive_weights_and_rates_of_any_size() {
        BreakerLog log = new BreakerLog().configured("""
                {"burstCapacity": 2147483647, "refillRatePerMinute": 2147483647, "weights": {"huge": 1e300}}""");
        log.millis(Duration.ofDays(100_000).toMillis()).event("noted", "{}");
        assertThat(log.reason()).isEmpty();
        assertThat(log.event("huge", "{}").event("huge", "{}").reason()).hasValue(REASON);
    }

    @Test
    void should_be_full_after_a_resume_and_after_a_configuration() {
        BreakerLog log = bucket(5, 1)
                .events(6, 0)
                .event(PAUSED, "{}")
                .event(RESUMED, "{}")
                .events(5, 0);
        assertThat(log.reason()).isEmpty();

        log.configured("""
                {"burstCapacity": 3, "refillRatePerMinute": 1}""").events(3, 0);
        assertThat(log.reason()).isEmpty();
        assertThat(log.events(1, 0).reason()).hasValue(REASON);
    }

    @Test
    void should_not_refill_when_time_stands_still_or_goes_back() {
        TokenBucket bucket = TokenBucket.full(2, 60, Instant.ofEpochMilli(10_000));

        TokenBucket after = bucket.count(Instant.ofEpochMilli(9_000), 1).count(Instant.ofEpochMilli(10_000), 1);

        assertThat(after.tokens()).isZero();
        assertThat(after.refilledAt()).isEqualTo(10_000);
    }
}
