package dev.millrace.engine.internal.commit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredEventsTest {
    private static final StreamPath PATH = StreamPath.of("/a");

    private static EventRecord record(String type, String payload, Optional<String> key, Optional<String> storedKey) {
        String json = "{\"streamPath\":\"/a\",\"type\":\"" + type + "\",\"payload\":" + payload
                + key.map(text -> ",\"idempotencyKey\":\"" + text + "\"").orElse("")
                + ",\"offset\":3,\"createdAt\":\"2026-01-02T03:04:05.678Z\"}";
        return new EventRecord(7, 3, Instant.parse("2026-01-02T03:04:05.678Z"), type, storedKey, json.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "t | {} | ` k`", // of a caller
                "t | {\"a\":1} | `k`", // of a processor
                "t | {} | `  webhook k`", // that a processor got from outside
                "täglich | {} | ` k`",
                "t | \"a text\" | ` k`"
            })
    void should_be_the_same_event_whether_it_is_parsed_now_or_later(String type, String payload, String storedKey) {
        EventRecord record = record(type, payload, Optional.of("k"), Optional.of(storedKey));
        Event parsed = StoredEvents.decode(PATH, record);

        assertThat(StoredEvents.justStored(PATH, record).payload()).isEqualTo(parsed.payload());
        assertThat(StoredEvents.justStored(PATH, record)).isEqualTo(parsed);
        assertThat(StoredEvents.justStored(PATH, record).idempotencyKey()).contains("k");
    }

    @Test
    void should_be_malformed_for_every_catalog_if_the_payload_is_a_text() {
        EventRecord record = record("t", "\"a text\"", Optional.empty(), Optional.empty());

        assertThat(StoredEvents.justStored(PATH, record)
                        .decodedBy(EventCatalog.empty())
                        .payload())
                .isInstanceOf(MalformedPayload.class);
    }
}
