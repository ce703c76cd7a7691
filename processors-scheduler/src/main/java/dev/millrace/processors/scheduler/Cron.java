package dev.millrace.processors.scheduler;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A cron expression of five fields, in UTC: minute, hour, day of the month, month, day of the week (0 and 7 are
 * Sunday).
 *
 * <p>A field is a comma-separated list of {@code *}, numbers, names of months or days, and ranges of them, each with an
 * optional step. As in Vixie cron: if neither day field begins with {@code *}, a day matches if the day of the month
 * <em>or</em> the day of the week matches; otherwise both must match. Immutable.
 */
final class Cron {
    /** A 29th of February on a given day of the week comes again after at most forty years. */
    private static final int LONGEST_WAIT_DAYS = 41 * 366;

    /** Far more than five lists of numbers need. */
    private static final int LONGEST = 1_000;

    private static final Instant SOME_DAY = Instant.parse("2000-01-01T00:00:00Z");

    private final long minutes;
    private final long hours;
    private final long days;
    private final long months;
    private final long weekdays;
    private final boolean eitherDay;

    private Cron(String[] fields) {
        this.minutes = CronField.MINUTE.bits(fields[0]);
        this.hours = CronField.HOUR.bits(fields[1]);
        this.days = CronField.DAY.bits(fields[2]);
        this.months = CronField.MONTH.bits(fields[3]);
        long raw = CronField.WEEKDAY.bits(fields[4]);
        this.weekdays = has(raw, 7) ? raw | 1 : raw;
        this.eitherDay = !fields[2].startsWith("*") && !fields[4].startsWith("*");
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException if it is not valid, or names a day that never comes; the message says why
     */
    static Cron of(String expression) {
        if (expression.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "it has " + expression.length() + " characters, at most " + LONGEST + " are allowed");
        }
        String[] fields = expression.strip().split("\\s+", -1);
        if (fields.length != 5) {
            throw new IllegalArgumentException("it has " + (expression.isBlank() ? 0 : fields.length)
                    + " fields instead of 5 (minute, hour, day of month, month, day of week)");
        }
        Cron cron = new Cron(fields);
        if (cron.next(SOME_DAY).isEmpty()) {
            throw new IllegalArgumentException("no month it names has such a day");
        }
        return cron;
    }

    /** The first matching whole minute strictly after an instant; empty if there is none. */
    Optional<Instant> next(Instant after) {
        LocalDateTime from = LocalDateTime.ofInstant(after, ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.MINUTES)
                .plusMinutes(1);
        int first = from.getHour() * 60 + from.getMinute();
        LocalDate day = from.toLocalDate();
        for (int waited = 0; waited <= LONGEST_WAIT_DAYS; waited++) {
            if (matches(day)) {
                for (int minute = first; minute < 24 * 60; minute++) {
                    if (has(hours, minute / 60) && has(minutes, minute % 60)) {
                        return Optional.of(day.atTime(minute / 60, minute % 60).toInstant(ZoneOffset.UTC));
                    }
                }
            }
            first = 0;
            day = day.plusDays(1);
        }
        return Optional.empty();
    }

    private boolean matches(LocalDate day) {
        boolean dayOfMonth = has(days, day.getDayOfMonth());
        boolean dayOfWeek = has(weekdays, day.getDayOfWeek().getValue() % 7);
        return has(months, day.getMonthValue()) && (eitherDay ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek);
    }

    private static boolean has(long bits, int number) {
        return (bits >> number & 1) == 1;
    }
}
