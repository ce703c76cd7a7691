package dev.millrace.engine.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventClockTest {
    private static final StreamKey STREAM = stream("/a");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final VirtualTimers timers = new VirtualTimers(NOON);
    private EventClock clock = new EventClock(timers);
    private Instant newest = NOON;

    private static StreamKey stream(String path) {
        return new StreamKey(ProjectSlug.defaultProject(), StreamPath.of(path));
    }

    private Instant next() {
        newest = clock.next(STREAM, newest, clock.now()).truncatedTo(ChronoUnit.MILLIS);
        return newest;
    }

    @Test
    void should_go_on_at_nine_tenths_of_the_pace_until_the_clock_has_caught_up() {
        timers.set(NOON.minus(Duration.ofHours(1)));
        assertThat(next()).isEqualTo(NOON);
        timers.advance(Duration.ofSeconds(20));
        assertThat(next()).isEqualTo(NOON.plusSeconds(18));
        timers.advance(Duration.ofHours(10).minusSeconds(20));
        assertThat(next()).isEqualTo(NOON.plus(Duration.ofHours(9)));
        timers.advance(Duration.ofSeconds(10));
        assertThat(next()).isEqualTo(timers.now());
    }

    @Test
    void should_advance_also_with_events_that_follow_each_other_within_a_millisecond() {
        timers.set(NOON.minus(Duration.ofHours(1)));
        for (int i = 0; i < 100_000; i++) {
            next();
            timers.advance(Duration.ofNanos(100_000));
        }

        assertThat(next()).isEqualTo(NOON.plusSeconds(9));
    }

    @Test
    void should_go_on_from_the_newest_event_after_a_restart() {
        timers.set(NOON.minus(Duration.ofHours(1)));
        next();
        timers.advance(Duration.ofSeconds(100));
        next();
        clock = new EventClock(timers);
        timers.advance(Duration.ofSeconds(100));

        assertThat(next()).isEqualTo(NOON.plusSeconds(90));
        timers.advance(Duration.ofSeconds(100));
        assertThat(next()).isEqualTo(NOON.plusSeconds(180));
    }

    @Test
    void should_not_slow_other_streams() {
        timers.set(NOON.minus(Duration.ofHours(1)));
        next();

        assertThat(clock.next(stream("/b"), Instant.EPOCH, clock.now())).isEqualTo(timers.now());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void should_never_go_back_and_never_run_faster_than_the_clock(long seed) {
        Random random = new Random(seed);
        next();
        for (int i = 0; i < 2_000; i++) {
            if (random.nextInt(50) == 0) {
                timers.set(timers.now().minusSeconds(random.nextInt(4_000)));
                next(); // the event that shows the step
            }
            Instant before = next();
            Duration pause = Duration.ofMillis(random.nextInt(30_000));
            timers.advance(pause);
            Duration measured = Duration.between(before, next());

            assertThat(measured)
                    .as("step %s of seed %s", i, seed)
                    .isLessThanOrEqualTo(pause)
                    .isGreaterThanOrEqualTo(Duration.ZERO);
            if (newest.isAfter(timers.now())) {
                assertThat(measured).isCloseTo(pause.multipliedBy(9).dividedBy(10), Duration.ofMillis(1));
            }
        }
    }
}
