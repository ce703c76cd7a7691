package dev.millrace.processors.webhook.internal.send;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A parser for durations in settings: {@code 200ms}, {@code 15s}, {@code 2m}, {@code 6h}, {@code 1d}, or ISO-8601. */
final class DurationParser {
    private static final Pattern SHORT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    private DurationParser() {}

    /**
     * Reads a duration of at least 1 ms.
     *
     * @throws IllegalArgumentException if the text is not one
     */
    static Duration parse(String text) {
        String trimmed = text.strip().toLowerCase(Locale.ROOT);
        Duration duration;
        Matcher matcher = SHORT.matcher(trimmed);
        try {
            duration = matcher.matches()
                    ? of(Long.parseLong(matcher.group(1)), matcher.group(2))
                    : Duration.parse(trimmed.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'" + text.strip() + "' is not a duration; write 200ms, 15s, 2m, 6h, 1d or ISO-8601", e);
        }
        if (duration.toMillis() < 1) {
            throw new IllegalArgumentException("'" + text.strip() + "' is too short; the least is 1ms");
        }
        return duration;
    }

    private static Duration of(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
