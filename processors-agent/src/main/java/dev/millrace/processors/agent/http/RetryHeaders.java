package dev.millrace.processors.agent.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** Parses the retry headers of an error response. Servers use different forms; unknown forms are ignored. */
final class RetryHeaders {
    private static final double LONGEST_SECONDS = 1e9;

    private RetryHeaders() {}

    /** The requested delay; empty if the headers have none. */
    static Optional<Duration> retryAfter(Headers headers, Instant now) {
        Optional<Duration> millis = number(headers.get("retry-after-ms")).map(RetryHeaders::millis);
        String after = headers.get("retry-after");
        return millis.or(() -> number(after).map(seconds -> millis(seconds * 1000)))
                .or(() -> date(after).map(at -> at.isBefore(now) ? Duration.ZERO : Duration.between(now, at)));
    }

    /** Whether the server recommends a retry; empty if it does not say. This has priority. */
    static Optional<Boolean> shouldRetry(Headers headers) {
        String said = headers.get("x-should-retry");
        return "true".equals(said) ? Optional.of(true) : "false".equals(said) ? Optional.of(false) : Optional.empty();
    }

    private static Optional<Double> number(@Nullable String text) {
        try {
            return text == null
                    ? Optional.empty()
                    : Optional.of(Double.valueOf(text.strip())).filter(value -> value >= 0 && value < LONGEST_SECONDS);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Duration millis(double value) {
        return Duration.ofMillis(Math.round(value));
    }

    private static Optional<Instant> date(@Nullable String text) {
        try {
            return text == null
                    ? Optional.empty()
                    : Optional.of(ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }
}
