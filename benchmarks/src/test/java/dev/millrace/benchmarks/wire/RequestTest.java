package dev.millrace.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
    private final AtomicLong numbers = new AtomicLong();

    private String next(Request request) {
        ByteBuffer bytes = request.next(numbers::incrementAndGet);
        return StandardCharsets.US_ASCII.decode(bytes).toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void should_post_events_with_numbers_of_their_own(int events) throws Exception {
        Request request = Request.post("/a", events);
        assertThat(request.events()).isEqualTo(events);
        for (int first : new int[] {1, events + 1}) {
            String[] parts = next(request).split("\r\n\r\n", 2);
            assertThat(parts[0])
                    .startsWith("POST /a HTTP/1.1\r\n")
                    .endsWith("\r\nContent-Length: " + parts[1].length());
            JsonNode body = new ObjectMapper().readTree(parts[1]);
            assertThat(body.isArray()).isEqualTo(events > 1);
            for (int i = 0; i < events; i++) {
                JsonNode event = events > 1 ? body.path(i) : body;
                assertThat(event.path("idempotencyKey").asText()).isEqualTo("k-%010d".formatted(first + i));
            }
        }
    }

    @Test
    void should_send_a_command_of_redis_for_each_event() {
        String text = next(Request.redisAdd("key", 2));
        assertThat(text).startsWith("*5\r\n$4\r\nXADD\r\n$3\r\nkey\r\n$1\r\n*\r\n$1\r\ne\r\n$250\r\n{");
        assertThat(text.split("XADD", -1)).hasSize(3);
        assertThat(text).contains("#0000000001#", "#0000000002#").endsWith("}\r\n");
    }

    @Test
    void should_count_what_a_read_returns() {
        Request request = Request.get("/a?b=c", "application/json", 7);
        assertThat(next(request))
                .isEqualTo("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
        assertThat(request.events()).isEqualTo(7);
        assertThat(numbers).hasValue(0);
    }
}
