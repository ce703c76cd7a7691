package dev.millrace.processors.webhook.internal.send;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A reader of the {@code Retry-After} header. */
final class RetryAfterHeader {
    private RetryAfterHeader() {}

    /** The wait that an answer asks for; empty for a status other than 429 and 503. */
    static Optional<Duration> of(Response response, Instant now) {
        return response.code() == 429 || response.code() == 503
                ? read(response.header("Retry-After"), now)
                : Optional.empty();
    }

    /** Reads seconds or an HTTP date; empty for any other text and for a past date. */
    static Optional<Duration> read(@Nullable String header, Instant now) {
        if (header == null) {
            return Optional.empty();
        }
        String text = header.strip();
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(Duration.between(now, until)).filter(wait -> !wait.isNegative());
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }
}
