package dev.millrace.processors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronTest {
    private static final int ROUNDS = Boolean.getBoolean("millrace.long") ? 1200 : 60;

    private static final int[][] BOUNDS = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * *           | 2026-01-01T00:00:00Z | 2026-01-01T00:01:00Z",
                "* * * * *           | 2026-01-01T00:00:59.999Z | 2026-01-01T00:01:00Z",
                "0 9 * * *           | 2026-01-01T09:00:00Z | 2026-01-02T09:00:00Z",
                "*/15 * * * *        | 2026-01-01T00:46:00Z | 2026-01-01T01:00:00Z",
                "5/20 * * * *        | 2026-01-01T00:26:00Z | 2026-01-01T00:45:00Z",
                "0 0 29 2 *          | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z",
                "0 0 29 2 *          | 2096-03-01T00:00:00Z | 2104-02-29T00:00:00Z",
                "0 0 */31 1 5        | 2027-01-01T00:00:00Z | 2038-01-01T00:00:00Z",
                "0 0 */31 3 0        | 2026-11-21T00:00:00Z | 2037-03-01T00:00:00Z",
                "0 0 29 2 */7        | 2088-03-01T00:00:00Z | 2128-02-29T00:00:00Z",
                "0 0 31 * *          | 2026-02-01T00:00:00Z | 2026-03-31T00:00:00Z",
                "0 0 * * 7           | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
                "0 0 * * Sun         | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
                "0 0 * * fri-sun     | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "0 0 * JUL mon-fri/2 | 2026-01-01T00:00:00Z | 2026-07-01T00:00:00Z",
                "0 0 13 * 5          | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "0 0 13 * 5          | 2026-01-09T12:00:00Z | 2026-01-13T00:00:00Z",
                "0 0 */2 * 1         | 2026-01-01T00:00:00Z | 2026-01-05T00:00:00Z",
                "59 23 31 12 *       | 2026-12-31T23:59:00Z | 2027-12-31T23:59:00Z",
            })
    void should_find_the_next_time(String expression, Instant after, Instant expected) {
        assertThat(Cron.of(expression).next(after)).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''           | it has 0 fields instead of 5",
                "* * * *      | it has 4 fields instead of 5",
                "* * * * * *  | it has 6 fields instead of 5",
                "60 * * * *   | minute '60': 60 is not within 0 and 59",
                "* 24 * * *   | hour '24'",
                "* * 0 * *    | day of month '0'",
                "* * * 13 *   | month '13'",
                "* * * * 8    | day of week '8'",
                "* * * * moo  | day of week 'moo': 'moo' is not a number or a name",
                "*/0 * * * *  | minute '*/0': 0 is not within 1 and 59",
                "5-1 * * * *  | minute '5-1': the range is empty",
                "1,,2 * * * * | minute '': '' is not a number",
                "-1 * * * *   | minute '-1'",
                "+1 * * * *   | '+1' is not a number",
                "? * * * *    | '?' is not a number",
                "0 0 30 2 *   | no month it names has such a day",
                "0 0 31 4,6 * | no month it names has such a day",
            })
    void should_refuse_invalid_expressions(String expression, String why) {
        assertThatThrownBy(() -> Cron.of(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void should_agree_with_a_walk_over_every_minute() {
        Random random = new Random(20260101);
        for (int round = 0; round < ROUNDS; round++) {
            List<Set<Integer>> sets = new ArrayList<>();
            List<String> fields = new ArrayList<>();
            for (int[] bounds : BOUNDS) {
                Set<Integer> set = new TreeSet<>();
                fields.add(field(random, bounds, set));
                sets.add(set);
            }
            String expression = String.join(" ", fields);
            Instant after = Instant.parse("2026-01-01T00:00:00Z")
                    .plusSeconds(random.nextInt(3 * 365 * 86_400))
                    .plusMillis(random.nextInt(1000));

            Instant expected = walk(sets, fields, after);

            if (expected != null) {
                assertThat(Cron.of(expression).next(after))
                        .as(expression + " after " + after)
                        .contains(expected);
            }
        }
    }

    /** A random field, with the numbers that it matches. */
    private static String field(Random random, int[] bounds, Set<Integer> meaning) {
        int least = bounds[0];
        int most = bounds[1];
        if (random.nextInt(3) == 0) {
            int step = random.nextBoolean() ? 1 : 1 + random.nextInt(most);
            for (int number = least; number <= most; number += step) {
                if (!(most == 7 && number == 7)) {
                    meaning.add(number);
                }
            }
            return step == 1 ? "*" : "*/" + step;
        }
        List<String> items = new ArrayList<>();
        for (int item = random.nextInt(3); item >= 0; item--) {
            int from = least + random.nextInt(most - least + 1);
            int to = from + random.nextInt(most - from + 1);
            int step = 1 + random.nextInt(4);
            for (int number = from; number <= to; number += step) {
                meaning.add(most == 7 ? number % 7 : number);
            }
            items.add(from == to ? String.valueOf(from) : step == 1 ? from + "-" + to : from + "-" + to + "/" + step);
        }
        return String.join(",", items);
    }

    /** The first match within two years, searched minute by minute; null if there is none. */
    private static @Nullable Instant walk(List<Set<Integer>> sets, List<String> fields, Instant after) {
        ZonedDateTime time = after.atZone(ZoneOffset.UTC).withSecond(0).withNano(0);
        ZonedDateTime end = time.plusYears(2);
        boolean star = fields.get(2).charAt(0) == '*' || fields.get(4).charAt(0) == '*';
        while (time.isBefore(end)) {
            time = time.plus(Duration.ofMinutes(1));
            boolean month = sets.get(3).contains(time.getMonthValue());
            boolean dayOfMonth = sets.get(2).contains(time.getDayOfMonth());
            int weekday = time.getDayOfWeek() == DayOfWeek.SUNDAY
                    ? 0
                    : time.getDayOfWeek().getValue();
            boolean dayOfWeek = sets.get(4).contains(weekday);
            boolean day = star ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
            if (month
                    && day
                    && sets.get(1).contains(time.getHour())
                    && sets.get(0).contains(time.getMinute())) {
                return time.toInstant();
            }
        }
        return null;
    }
}
