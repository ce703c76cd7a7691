package dev.millrace.client.internal.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Sample;
import dev.millrace.client.internal.http.IdempotencyKeyConflict;
import dev.millrace.client.internal.http.RetryAfterHeader;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.time.Duration;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The classes that need no socket. */
class PartsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | PT7S",
                "0 | PT0S",
                "-3 | PT0S",
                "soon | PT0S",
                "99999999999999999999 | PT0S",
                "86400 | PT5M",
                "Thu, 01 Jan 2026 12:00:20 GMT | PT20S",
                "Thu, 01 Jan 2026 11:00:00 GMT | PT0S"
            })
    void should_understand_retry_after_within_bounds(String header, Duration expected) {
        assertThat(RetryAfterHeader.of(response("Retry-After", header), Sample.NOON))
                .isEqualTo(expected);
    }

    @Test
    void should_compare_a_retry_date_with_the_clock_of_the_service() {
        Response response = response("Retry-After", "Thu, 01 Jan 2026 12:00:20 GMT")
                .newBuilder()
                .header("Date", "Thu, 01 Jan 2026 12:00:15 GMT")
                .build();
        assertThat(RetryAfterHeader.of(response, Sample.NOON)).isEqualTo(Duration.ofSeconds(5));
        assertThat(RetryAfterHeader.of(response("X", "y"), Sample.NOON)).isZero();
    }

    @Test
    void should_count_the_gap_from_the_last_byte() {
        ServerClock clock = new ServerClock();
        assertThat(clock.connected(Sample.NOON, Duration.ZERO)).isZero();
        clock.byteArrived(Duration.ofSeconds(10));
        assertThat(clock.connected(Sample.NOON.plusSeconds(12), Duration.ofSeconds(11)))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(clock.connected(Sample.NOON.plusSeconds(15), Duration.ofSeconds(11)))
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(clock.connected(Sample.NOON, Duration.ZERO)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"said\",\"payload\":{\"a\":1,\"b\":[1.0,\"x\"]}} | false",
                "{\"type\":\" said \",\"payload\":{\"b\":[1,\"x\"],\"a\":1.00}} | false",
                "{\"type\":\"told\",\"payload\":{\"a\":1,\"b\":[1,\"x\"]}} | true",
                "{\"type\":\"said\",\"payload\":{\"a\":1,\"b\":[\"x\",1]}} | true",
                "{\"type\":\"said\",\"payload\":{\"a\":\"1\",\"b\":[1,\"x\"]}} | true",
                "{\"type\":\"said\",\"payload\":{\"a\":1}} | true",
                "{\"type\":\"said\",\"payload\":{\"a\":1,\"b\":[1,\"x\"]},\"metadata\":{}} | true"
            })
    void should_compare_values_and_not_spelling(String sent, boolean differs) {
        Event stored = JsonCodec.toEvent(JsonCodec.parse(Sample.event(2, "said", "{\"a\":1,\"b\":[1,\"x\"]}")));
        assertThat(IdempotencyKeyConflict.between(JsonCodec.parse(sent), stored))
                .isEqualTo(differs);
    }

    private static Response response(String name, String value) {
        return new Response.Builder()
                .request(new Request.Builder().url("http://localhost/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(503)
                .message("X")
                .header(name, value)
                .build();
    }
}
