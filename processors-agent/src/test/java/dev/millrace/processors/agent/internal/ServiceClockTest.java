package dev.millrace.processors.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class ServiceClockTest {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ServiceClock clock = new ServiceClock();
    private Instant local = START;
    private Duration elapsed = Duration.ofDays(3);

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "PT-1H", "PT0S"})
    void should_show_the_time_of_the_service_however_the_local_clock_is_set(Duration ahead) {
        live(ahead);
        pass(Duration.ofMinutes(1));

        assertThat(clock.at(local)).isEqualTo(local.plus(ahead));
    }

    @Test
    void should_prefer_the_event_that_was_the_fastest() {
        live(Duration.ofMillis(-900));
        live(Duration.ofMillis(-3));
        live(Duration.ofSeconds(-20));

        assertThat(clock.at(local)).isEqualTo(local.minusMillis(3));
    }

    @Test
    void should_use_the_local_clock_until_an_event_is_live() {
        caughtUp(Duration.ofMinutes(-5));

        assertThat(clock.at(local)).isEqualTo(local);
        live(Duration.ofHours(-1));
        assertThat(clock.at(local)).isEqualTo(local.minus(Duration.ofHours(1)));
        caughtUp(Duration.ZERO);
        assertThat(clock.at(local)).isEqualTo(local.minus(Duration.ofHours(1)));
    }

    @Test
    void should_never_show_a_time_before_that_of_an_event() {
        caughtUp(Duration.ofHours(1));

        assertThat(clock.at(local)).isEqualTo(local.plus(Duration.ofHours(1)));
    }

    @Test
    void should_not_count_the_sleep_of_the_machine_as_a_difference() {
        live(Duration.ofSeconds(3));
        local = local.plus(Duration.ofHours(8)); // asleep: the other clock stands still
        live(Duration.ofSeconds(3).minus(Duration.ofHours(7))); // sent in the sleep, read after it
        assertThat(clock.at(local)).isEqualTo(local.plusSeconds(3));

        live(Duration.ofSeconds(3));
        assertThat(clock.at(local)).isEqualTo(local.plusSeconds(3));
    }

    @Test
    void should_notice_within_ten_minutes_that_a_clock_was_set() {
        live(Duration.ofHours(1));
        for (int minute = 0; minute < 10; minute++) {
            pass(Duration.ofMinutes(1));
            live(SECOND);
        }

        assertThat(clock.at(local)).isEqualTo(local.plus(SECOND));
    }

    @Test
    void should_keep_what_it_knows_while_nothing_happens() {
        live(SECOND);
        pass(Duration.ofDays(2));

        assertThat(clock.at(local)).isEqualTo(local.plus(SECOND));
    }

    private void live(Duration ahead) {
        clock.arrived(local.plus(ahead), true, local, elapsed);
    }

    private void caughtUp(Duration ahead) {
        clock.arrived(local.plus(ahead), false, local, elapsed);
    }

    private void pass(Duration time) {
        local = local.plus(time);
        elapsed = elapsed.plus(time);
    }
}
