package dev.millrace.processors.webhook.internal.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.hosting.HostContext;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.webhook.ExternalSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The waits before retries, and their configuration. */
class RetryScheduleTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Random random = new Random(7);

    @Test
    void should_wait_between_half_and_all_of_what_the_schedule_says() {
        RetrySchedule schedule = RetrySchedule.parse("1s, 10s");
        for (int i = 0; i < 200; i++) {
            assertThat(schedule.after(1, Optional.empty(), random).orElseThrow())
                    .isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
            assertThat(schedule.after(2, Optional.empty(), random).orElseThrow())
                    .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
        }
        assertThat(schedule.after(3, Optional.empty(), random)).isEmpty();
    }

    @Test
    void should_last_for_most_of_a_day_by_default() {
        Duration total = RetrySchedule.DEFAULT.delays().stream().reduce(Duration.ZERO, Duration::plus);

        assertThat(total).isBetween(Duration.ofHours(20), Duration.ofHours(24));
        assertThat(RetrySchedule.DEFAULT.delays()).isSorted();
    }

    @Test
    void should_wait_as_long_as_the_receiver_asks_but_not_for_ever() {
        RetrySchedule schedule = RetrySchedule.parse("1s");

        assertThat(schedule.after(1, Optional.of(Duration.ofMinutes(2)), random))
                .contains(Duration.ofMinutes(2));
        assertThat(schedule.after(1, Optional.of(Duration.ofDays(9)), random)).contains(Duration.ofHours(1));
        assertThat(schedule.after(1, Optional.of(Duration.ZERO), random).orElseThrow())
                .isGreaterThanOrEqualTo(Duration.ofMillis(500));
        assertThat(schedule.after(2, Optional.of(Duration.ofMinutes(2)), random))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1,2", "0,1", "-5,1", "2147483647,4", "-2147483648,1"})
    void should_stay_within_the_schedule_for_any_attempt_in_the_log(int attempt, int next) {
        assertThat(RetrySchedule.parse("1s,1s,1s").next(attempt)).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({"200ms,200", "15s,15000", " 2m ,120000", "6h,21600000", "1d,86400000", "PT1.5S,1500", "pt1m,60000"})
    void should_read_durations(String text, long millis) {
        assertThat(DurationParser.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "5", "0s", "-5s", "PT0S", "1e3ms", "99999999999s"})
    void should_refuse_invalid_durations(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> DurationParser.parse(text));
    }

    @Test
    void should_name_the_setting_that_is_wrong() {
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            HostContext context = HostContext.over(engine.streams(dev.millrace.core.ProjectSlug.defaultProject()))
                    .settings(Map.of("webhook.retry-schedule", "1s, soon"))
                    .build();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ExternalSubscriber(context))
                    .withMessage("setting webhook.retry-schedule: 'soon' is not a duration; write 200ms, 15s, 2m, 6h,"
                            + " 1d or ISO-8601");
        }
    }

    @Test
    void should_allow_a_schedule_without_further_attempts() {
        assertThat(RetrySchedule.parse(" ").delays()).isEqualTo(List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120|120",
                " 0 |0",
                "Thu, 01 Jan 2026 00:01:30 GMT|90",
                "Wed, 31 Dec 2025 00:00:00 GMT|",
                "soon|",
                "-5|"
            })
    void should_read_what_a_receiver_asks_for(String header, Long seconds) {
        assertThat(RetryAfterHeader.read(header, NOW))
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }
}
