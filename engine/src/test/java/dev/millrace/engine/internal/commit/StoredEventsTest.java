package dev.millrace.engine.internal.commit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredEventsTest {
    private static final EventCatalog T = EventCatalog.of(Typed.class);

    @EventName("t")
    record Typed() {}

    private static EventRecord record(String type, Optional<String> storedKey, String body) {
        return new EventRecord(
                7,
                StreamPath.of("/a"),
                3,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                type,
                storedKey,
                body.getBytes(UTF_8));
    }

    private static void check(EventRecord record) {
        Event read = StoredEvents.decode(record);
        assertThat(StoredEvents.justStored(record).payload()).isEqualTo(read.payload());
        assertThat(StoredEvents.justStored(record).metadata()).isEqualTo(read.metadata());
        assertThat(StoredEvents.justStored(record).idempotencyKey()).isEqualTo(read.idempotencyKey());
        assertThat(StoredEvents.justStored(record)).isEqualTo(read).hasToString(read.toString());
        assertThat(StoredEvents.justStored(record).decodedBy(T)).isEqualTo(read.decodedBy(T));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "t | {} | | ` k`", // of a caller
                "t | {\"a\":1.50} | ,\"metadata\":{\"b\":[]} | `k`", // of a processor
                "t | {\"metadata\":{}} | ,\"source\":{} | `  webhook k`", // that a processor got from outside
                "täglich | {} | ,\"metadata\":{} | ` k`",
            })
    void should_be_the_same_event_whether_it_is_read_now_or_later(
            String type, String payload, String more, String storedKey) {
        String fields = Optional.ofNullable(more).orElse("") + ",\"idempotencyKey\":\"k\"";

        check(record(type, Optional.of(storedKey), "\"type\":\"" + type + "\",\"payload\":" + payload + fields));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not JSON",
                "\"type\":\"t\"",
                "\"type\":\"t\",\"payload\":\"a text\"",
                "\"type\":\"t\",\"payload\":[]",
                "\"type\":\"t\",\"payload\":{\"a\":\"\u0000\"}"
            })
    void should_read_a_record_at_once_that_is_damaged_or_not_like_those_of_the_engine(String body) {
        check(record("t", Optional.of(" k"), body));
    }

    @Test
    void should_be_malformed_for_every_catalog_if_the_payload_is_a_text() {
        Event event = StoredEvents.justStored(record("t", Optional.empty(), "\"type\":\"t\",\"payload\":\"a text\""));

        assertThat(event.payload()).isInstanceOf(MalformedPayload.class);
        assertThat(event.decodedBy(T).payload()).isInstanceOf(MalformedPayload.class);
    }
}
