package dev.millrace.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class MeasuredEventTest {
    @Test
    void should_be_json_of_250_bytes_with_the_number_in_mark_and_key() throws Exception {
        byte[] bytes = MeasuredEvent.numbered(42);
        assertThat(bytes).hasSize(250);
        JsonNode event = new ObjectMapper().readTree(bytes);
        assertThat(event.path("type").asText()).isEqualTo("measured");
        assertThat(event.at("/payload/mark").asText()).isEqualTo("#0000000042#");
        assertThat(event.path("idempotencyKey").asText()).isEqualTo("k-0000000042");
    }

    @Test
    void should_be_the_same_event_in_one_process() throws Exception {
        JsonNode event = new ObjectMapper().readTree(MeasuredEvent.numbered(42));
        assertThat(MeasuredEvent.input(42).payload()).isEqualTo(event.path("payload"));
        assertThat(MeasuredEvent.input(42).idempotencyKey()).contains("k-0000000042");
    }
}
