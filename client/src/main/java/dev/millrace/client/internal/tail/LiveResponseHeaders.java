package dev.millrace.client.internal.tail;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalLong;
import okhttp3.Response;

/**
 * What the headers of a live answer say about the stream.
 *
 * @param incarnation which life of the stream this is; empty when the service does not say
 * @param watermark the last offset when the read began; absent when the service does not say
 * @param time the service's clock; the local one when the service does not say
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
            // as good as none
        }
        Instant date = response.headers().getInstant("Date");
        return date == null ? now : date;
    }
}
