package dev.millrace.core.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.Timers;
import dev.millrace.core.runner.VirtualTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The timer of {@link SystemTimers} for a point in time, on a clock that is set. */
class DueTimerTest {
    private final VirtualTimers time = new VirtualTimers();
    private final Instant start = time.now();
    private final List<Duration> ran = new ArrayList<>();

    private Timers.Timer in(Duration wait) {
        return DueTimer.set(time, start.plus(wait), () -> ran.add(time.elapsed()));
    }

    @Test
    void should_run_when_the_clock_shows_the_time() {
        in(Duration.ofHours(2).plusMillis(5));
        in(Duration.ofSeconds(-1));

        time.advance(Duration.ofHours(3));

        assertThat(ran).containsExactly(Duration.ZERO, Duration.ofHours(2).plusMillis(5));
    }

    @Test
    void should_run_after_the_time_that_was_left_though_the_clock_is_set_backwards() {
        in(Duration.ofMinutes(10));
        time.advance(Duration.ofMinutes(4));
        time.set(start.minus(Duration.ofDays(1)));

        time.advance(Duration.ofDays(2));

        assertThat(ran).containsExactly(Duration.ofMinutes(10));
    }

    @Test
    void should_run_at_most_a_minute_late_when_the_clock_is_set_forwards() {
        in(Duration.ofHours(10));
        time.advance(Duration.ofSeconds(90));
        time.set(start.plus(Duration.ofDays(1)));

        time.advance(Duration.ofDays(1));

        assertThat(ran).containsExactly(Duration.ofMinutes(2));
    }

    @Test
    void should_not_run_what_was_cancelled() {
        Timers.Timer timer = in(Duration.ofMinutes(10));
        time.advance(Duration.ofMinutes(5));
        timer.cancel();

        time.advance(Duration.ofDays(1));

        assertThat(ran).isEmpty();
        assertThat(time.pending()).isZero();
    }

    @Test
    void should_wait_for_a_time_beyond_every_duration() {
        DueTimer.set(time, Instant.MAX, () -> ran.add(time.elapsed())).cancel();
        DueTimer.set(time, Instant.MIN, () -> ran.add(time.elapsed()));

        time.advance(Duration.ZERO);

        assertThat(ran).hasSize(1);
    }
}
