package dev.millrace.client.internal.http;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.LinearTimeCheck;
import java.time.Instant;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Answers of a service are read in a time that is linear in their length. */
class HeaderParsersTest {
    @Test
    void should_read_answers_in_linear_time() {
        LinearTimeCheck.of("Retry-After", text -> RetryAfterHeader.of(answer(text), Instant.EPOCH))
                .check(around("120", "Wed, 21 Oct 2026 07:28:00 GMT"));
        LinearTimeCheck.of("error body", text -> {
                    StreamExceptions.message(text);
                    StreamExceptions.reason(text);
                })
                .check(around("{\"message\":\"m\",\"reason\":\"PAUSED\"}"));
    }

    private static Response answer(String header) {
        return new Response.Builder()
                .request(new Request.Builder().url("http://localhost/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(503)
                .message("")
                .addHeader("Retry-After", header.replaceAll("[^ -~]", "x").strip())
                .build();
    }
}
