package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.configured;
import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;
import static dev.millrace.processors.scheduler.Stage.scheduled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules continue when the clock is set backwards, and no run happens twice. */
class ClockSetTest {
    private static final String TICK = "{'type': 'tick'}";
    private static final String EVERY_MINUTE = "{'kind': 'cron', 'cron': '* * * * *'}";
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path directory;

    /** The times of the runs on the clock. */
    private final List<Instant> ticks = new ArrayList<>();

    private Stage stage;

    @BeforeEach
    void start() {
        stage = Stage.over(SqliteEventStore.open(directory));
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    private void restart() throws Exception {
        Instant now = stage.time.now();
        stage.close();
        stage = Stage.over(SqliteEventStore.open(directory));
        stage.time.set(now);
        pass(Duration.ZERO);
    }

    /** Lets the time pass, second by second, and notes the time on the clock at each new run. */
    private void pass(Duration time) throws Exception {
        stage.pass(Duration.ZERO);
        for (long second = 0; second < time.toSeconds(); second++) {
            stage.pass(Duration.ofSeconds(1));
            long all = stage.log().stream()
                    .filter(event -> event.type().equals("tick"))
                    .count();
            while (ticks.size() < all) {
                ticks.add(stage.time.now());
            }
        }
    }

    private void set(Duration step) throws Exception {
        pass(Duration.ZERO);
        stage.time.set(stage.time.now().plus(step));
    }

    @Test
    void should_run_once_after_the_delay_though_the_clock_is_set_backwards() throws Exception {
        stage.append(scheduled("a", TICK, in(9)));
        pass(Duration.ofSeconds(3));
        set(Duration.ofSeconds(-40));

        pass(Duration.ofSeconds(5));
        assertThat(ticks).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(ticks).hasSize(1);
        pass(Duration.ofSeconds(60));
        assertThat(ticks).hasSize(1);
    }

    @Test
    void should_keep_an_interval_though_the_clock_is_set_backwards() throws Exception {
        stage.append(scheduled("a", TICK, every(1)));
        pass(Duration.ofSeconds(3));
        set(Duration.ofSeconds(-40));

        pass(Duration.ofSeconds(5));

        assertThat(ticks).hasSize(8);
    }

    @Test
    void should_keep_an_interval_when_the_clock_was_a_day_ahead_for_a_while() throws Exception {
        stage.append(scheduled("a", TICK, every(1)));
        pass(Duration.ofSeconds(2));
        set(DAY);
        pass(Duration.ofSeconds(2));
        int before = ticks.size();
        set(DAY.negated());

        pass(Duration.ofSeconds(5));
        assertThat(ticks).hasSize(before + 5);

        restart();
        pass(Duration.ofSeconds(5));
        assertThat(ticks).hasSize(before + 10);
    }

    @Test
    void should_make_a_single_run_that_was_planned_while_the_clock_was_ahead() throws Exception {
        set(DAY);
        stage.append(scheduled("a", TICK, in(9)));
        pass(Duration.ofSeconds(1));
        set(DAY.negated());
        restart();

        pass(Duration.ofSeconds(9));

        assertThat(ticks).hasSize(1);
    }

    @Test
    void should_make_every_run_of_a_cron_schedule_when_the_clock_is_set_backwards_by_some_minutes() throws Exception {
        stage.append(scheduled("a", TICK, EVERY_MINUTE));
        pass(Duration.ofMinutes(2));
        set(Duration.ofMinutes(-30));

        pass(Duration.ofMinutes(5));

        assertThat(ticks)
                .containsExactly(
                        Instant.parse("2026-01-01T00:01:00Z"),
                        Instant.parse("2026-01-01T00:02:00Z"),
                        Instant.parse("2025-12-31T23:33:00Z"),
                        Instant.parse("2025-12-31T23:34:00Z"),
                        Instant.parse("2025-12-31T23:35:00Z"),
                        Instant.parse("2025-12-31T23:36:00Z"),
                        Instant.parse("2025-12-31T23:37:00Z"));
    }

    @Test
    void should_keep_a_cron_schedule_to_the_clock_when_it_is_set_backwards_by_seconds() throws Exception {
        stage.append(scheduled("a", TICK, EVERY_MINUTE));
        pass(Duration.ofMinutes(2).plusSeconds(10));
        set(Duration.ofSeconds(-40)); // 00:01:30: the next minute was run already

        pass(Duration.ofMinutes(2).plusSeconds(30));

        assertThat(ticks)
                .containsExactly(
                        Instant.parse("2026-01-01T00:01:00Z"),
                        Instant.parse("2026-01-01T00:02:00Z"),
                        Instant.parse("2026-01-01T00:03:00Z"),
                        Instant.parse("2026-01-01T00:04:00Z"));
    }

    @Test
    void should_not_make_a_daily_run_twice_when_the_clock_is_set_backwards_behind_it() throws Exception {
        stage.append(scheduled("a", TICK, "{'kind': 'cron', 'cron': '5 0 * * *'}"));
        pass(Duration.ofMinutes(6));
        set(Duration.ofMinutes(-6));

        pass(Duration.ofMinutes(10));
        assertThat(ticks).containsExactly(Instant.parse("2026-01-01T00:05:00Z"));

        stage.pass(Duration.ofDays(1).minusMinutes(6));
        assertThat(ticks).hasSize(1);
        pass(Duration.ofMinutes(2));
        assertThat(ticks.subList(1, ticks.size())).containsExactly(Instant.parse("2026-01-02T00:05:00Z"));
    }

    @Test
    void should_continue_a_cron_schedule_when_the_clock_was_a_day_ahead_for_a_while() throws Exception {
        stage.append(scheduled("a", TICK, EVERY_MINUTE));
        pass(Duration.ofSeconds(70));
        set(DAY);
        pass(Duration.ofSeconds(10));
        int before = ticks.size();
        set(DAY.negated());

        pass(Duration.ofMinutes(5));
        assertThat(ticks.subList(before, before + 4))
                .allSatisfy(time -> assertThat(time.getEpochSecond() % 60).isZero())
                .doesNotHaveDuplicates();

        restart();
        int known = ticks.size();
        pass(Duration.ofMinutes(5));
        assertThat(ticks).hasSizeBetween(known + 4, known + 5);
    }

    @Test
    void should_wait_for_a_given_time_until_the_clock_shows_it() throws Exception {
        stage.append(scheduled("a", TICK, "{'kind': 'once-at', 'at': '2026-01-01T00:01:00Z'}"));
        pass(Duration.ofSeconds(30));
        set(Duration.ofMinutes(-1));

        pass(Duration.ofSeconds(89));
        assertThat(ticks).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(ticks).containsExactly(Instant.parse("2026-01-01T00:01:00Z"));
    }

    @Test
    void should_wait_for_a_first_run_that_a_caller_configured_further_away_than_the_interval() throws Exception {
        stage.append(configured("a", "append", TICK, every(5), 60));

        pass(Duration.ofSeconds(59));
        assertThat(ticks).isEmpty();
        pass(Duration.ofSeconds(6));
        assertThat(ticks).hasSize(2);
    }
}
