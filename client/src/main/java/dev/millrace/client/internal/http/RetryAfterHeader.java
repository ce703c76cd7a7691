package dev.millrace.client.internal.http;

import java.time.Duration;
import java.time.Instant;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A parser of the header {@code Retry-After}, in seconds or as a date. */
public final class RetryAfterHeader {
    /** The longest wait; larger values of the header are reduced to it. */
    static final Duration MOST = Duration.ofMinutes(5);

    private RetryAfterHeader() {}

    /**
     * The time to wait; zero if the header is missing or wrong. Uses {@code now} if the response has no {@code Date}.
     */
    public static Duration of(Response response, Instant now) {
        String header = response.header("Retry-After");
        if (header == null) {
            return Duration.ZERO;
        }
        Duration wait = seconds(header.strip());
        if (wait == null) {
            Instant until = response.headers().getInstant("Retry-After");
            Instant from = response.headers().getInstant("Date");
            wait = until == null ? Duration.ZERO : Duration.between(from == null ? now : from, until);
        }
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MOST) > 0 ? MOST : wait;
    }

    private static @Nullable Duration seconds(String text) {
        if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }
}
