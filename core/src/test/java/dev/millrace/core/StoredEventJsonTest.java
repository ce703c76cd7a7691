package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredEventJsonTest {
    private static final String FULL = "{\"streamPath\":\"/ann/demo\",\"type\":\"hello-world\",\"payload\":{\"n\":1},"
            + "\"metadata\":{\"by\":\"curl\"},\"idempotencyKey\":\"k-1\",\"offset\":2,"
            + "\"createdAt\":\"2026-04-14T11:20:30.456Z\"}";

    @Test
    void should_come_back_byte_for_byte() {
        Event event = JsonCodec.readEvent(FULL.getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(event.path()).isEqualTo(StreamPath.of("/ann/demo"));
        assertThat(event.offset()).isEqualTo(2);
        assertThat(event.type()).isEqualTo("hello-world");
        assertThat(event.payload()).isEqualTo(new UnknownPayload("hello-world", JsonCodec.parse("{\"n\":1}")));
        assertThat(event.createdAt()).isEqualTo(Instant.parse("2026-04-14T11:20:30.456Z"));
        assertThat(event.idempotencyKey()).contains("k-1");
        assertThat(JsonCodec.writeText(JsonCodec.toTree(event))).isEqualTo(FULL);
    }

    @Test
    void should_omit_fields_that_the_author_did_not_give() {
        Event event =
                read("{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30.000Z'}");

        assertThat(event.metadata()).isEmpty();
        assertThat(event.idempotencyKey()).isEmpty();
        assertThat(event.provenance()).isEmpty();
        assertThat(JsonCodec.toTree(event).fieldNames())
                .toIterable()
                .containsExactly("streamPath", "type", "payload", "offset", "createdAt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "streamPath|{'type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30Z'}",
                "type|{'streamPath':'/','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30Z'}",
                "payload|{'streamPath':'/','type':'t','payload':[],'offset':1,'createdAt':'2026-04-14T11:20:30Z'}",
                "offset|{'streamPath':'/','type':'t','payload':{},'createdAt':'2026-04-14T11:20:30Z'}",
                "offset|{'streamPath':'/','type':'t','payload':{},'offset':0,'createdAt':'2026-04-14T11:20:30Z'}",
                "offset|{'streamPath':'/','type':'t','payload':{},'offset':1.5,'createdAt':'2026-04-14T11:20:30Z'}",
                "offset|{'streamPath':'/','type':'t','payload':{},'offset':'1','createdAt':'2026-04-14T11:20:30Z'}",
                "createdAt|{'streamPath':'/','type':'t','payload':{},'offset':1}",
                "createdAt|{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'yesterday'}",
                "metadata|{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30Z','metadata':7}",
                "idempotencyKey|{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30Z','idempotencyKey':7}"
            })
    void should_name_the_field_that_is_wrong(String field, String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(json)).withMessageContaining(field);
    }

    @Test
    void should_be_decoded_by_a_catalog_and_stay_the_same_event() {
        Event raw = read("{'streamPath':'/','type':'said','payload':{'text':'hi'},'offset':1,"
                + "'createdAt':'2026-04-14T11:20:30.000Z'}");

        Event decoded = raw.decodedBy(EventCatalog.of(Said.class));

        assertThat(decoded.payload()).isEqualTo(new Said("hi"));
        assertThat(decoded.payloadJson()).isEqualTo(raw.payloadJson());
        assertThat(raw.decodedBy(EventCatalog.empty())).isSameAs(raw);
        assertThat(decoded.decodedBy(EventCatalog.of(Said.class))).isSameAs(decoded);
        assertThat(decoded.decodedBy(EventCatalog.empty())).isEqualTo(raw);
    }

    @EventName("said")
    record Said(String text) {}

    private static Event read(String json) {
        return JsonCodec.toEvent(JsonCodec.parse(json.replace('\'', '"')));
    }
}
