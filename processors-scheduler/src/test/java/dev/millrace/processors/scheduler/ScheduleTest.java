package dev.millrace.processors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.processors.scheduler.Schedule.Every;
import dev.millrace.processors.scheduler.Schedule.Next;
import dev.millrace.processors.scheduler.Schedule.OnceAt;
import dev.millrace.processors.scheduler.Schedule.OnceIn;
import dev.millrace.processors.scheduler.Schedule.Run;
import dev.millrace.processors.scheduler.Schedule.Times;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00.500Z");
    private static final long MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();

    @Test
    void should_never_be_due_before_its_time() {
        assertThat(new OnceIn(5).first(CREATED)).isEqualTo(MIDNIGHT + 6);
        assertThat(new Every(5).first(CREATED)).isEqualTo(MIDNIGHT + 6);
        assertThat(new OnceAt(CREATED).first(CREATED)).isEqualTo(MIDNIGHT + 1);
        assertThat(new OnceIn(5).first(Instant.ofEpochSecond(MIDNIGHT))).isEqualTo(MIDNIGHT + 5);
        assertThat(new Times(Cron.of("* * * * *")).first(CREATED)).isEqualTo(MIDNIGHT + 60);
    }

    @Test
    void should_be_due_at_once_when_its_time_has_passed() {
        assertThat(new OnceAt(Instant.parse("1969-07-20T20:17:40Z")).first(CREATED))
                .isZero();
    }

    @Test
    void should_end_after_one_run_when_it_runs_once() {
        assertThat(new OnceIn(5).next(new Run(10, 10, 10))).isEmpty();
        assertThat(new OnceAt(CREATED).next(new Run(10, 10, 10))).isEmpty();
        assertThat(new OnceIn(5).recurs()).isFalse();
        assertThat(new Every(5).recurs()).isTrue();
    }

    @Test
    void should_count_an_interval_from_the_start_of_the_run() {
        assertThat(new Every(5).next(new Run(100, 100, 100))).contains(new Next(105, 0));
        assertThat(new Every(5).next(new Run(100, 102, 104))).contains(new Next(107, 0));
    }

    @Test
    void should_replace_missed_runs_of_an_interval_by_one() {
        assertThat(new Every(5).next(new Run(100, 3700, 3700))).contains(new Next(3705, 720));
        assertThat(new Every(5).next(new Run(100, 100, 121))).contains(new Next(125, 4));
        assertThat(new Every(1).next(new Run(0, 1_000_000, 1_000_000))).contains(new Next(1_000_001, 1000));
    }

    @Test
    void should_replace_missed_times_by_one_run() {
        Schedule minutely = new Times(Cron.of("* * * * *"));

        assertThat(minutely.next(new Run(MIDNIGHT, MIDNIGHT, MIDNIGHT))).contains(new Next(MIDNIGHT + 60, 0));
        assertThat(minutely.next(new Run(MIDNIGHT, MIDNIGHT, MIDNIGHT + 150))).contains(new Next(MIDNIGHT + 180, 2));
        assertThat(minutely.next(new Run(MIDNIGHT, MIDNIGHT, MIDNIGHT + 864_000)))
                .contains(new Next(MIDNIGHT + 864_060, 1000));
    }
}
