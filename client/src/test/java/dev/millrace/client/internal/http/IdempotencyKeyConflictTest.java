package dev.millrace.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;

class IdempotencyKeyConflictTest {
    private static final JsonNode SENT = JsonCodec.parse("{\"type\":\"a\",\"payload\":{},\"idempotencyKey\":\"k\","
            + "\"metadata\":{\"millrace\":{\"hops\":65},\"x\":1}}");

    private static Event stored(String metadata) {
        return JsonCodec.toEvent(JsonCodec.parse("{\"streamPath\":\"/a\",\"type\":\"a\",\"payload\":{},\"metadata\":"
                + metadata + ",\"idempotencyKey\":\"k\",\"offset\":2,\"createdAt\":\"2026-01-01T00:00:00.000Z\"}"));
    }

    @Test
    void should_know_the_provenance_that_the_service_moved() {
        assertThat(IdempotencyKeyConflict.between(SENT, stored("{\"millrace\":{\"hops\":65},\"x\":1}")))
                .isFalse();
        assertThat(IdempotencyKeyConflict.between(SENT, stored("{\"x\":1,\"millrace\":{\"claimed\":{\"hops\":65}}}")))
                .isFalse();
        assertThat(IdempotencyKeyConflict.between(SENT, stored("{\"x\":1,\"millrace\":{\"claimed\":{\"hops\":6}}}")))
                .isTrue();
        assertThat(IdempotencyKeyConflict.between(SENT, stored("{\"x\":1}"))).isTrue();
    }
}
