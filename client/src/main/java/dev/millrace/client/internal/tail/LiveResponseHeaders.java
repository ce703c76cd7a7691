package dev.millrace.client.internal.tail;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalLong;
import okhttp3.Response;

/**
 * The headers of a live response. A service that is not Millrace's may send none of them.
 *
 * @param incarnation the incarnation of the stream; empty if not sent
 * @param watermark the last offset when the read began; empty if not sent
 * @param time the time of the service; the local time if not sent
 */
record LiveResponseHeaders(String incarnation, OptionalLong watermark, Instant time) {
    static LiveResponseHeaders of(Response response, Instant now) {
        String incarnation = response.header("Millrace-Incarnation");
        return new LiveResponseHeaders(
                incarnation == null ? "" : incarnation, watermark(response), time(response, now));
    }

    private static OptionalLong watermark(Response response) {
        try {
            String header = response.header("Millrace-Watermark");
            return header == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(header.strip()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static Instant time(Response response, Instant now) {
        try {
            String header = response.header("Millrace-Time");
            if (header != null) {
                return Instant.parse(header.strip());
            }
        } catch (DateTimeException e) {
            // the same as a missing header
        }
        Instant date = response.headers().getInstant("Date");
        return date == null ? now : date;
    }
}
