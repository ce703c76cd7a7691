package dev.millrace.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredEventJsonTest {
    private static final EventCatalog HELLO = EventCatalog.of(Hello.class);
    private static final String FULL = "{\"streamPath\":\"/ann/demo\",\"type\":\"hello-world\",\"payload\":{\"n\":1},"
            + "\"metadata\":{\"by\":\"curl\"},\"source\":{\"processor\":{\"slug\":\"p\"}},"
            + "\"idempotencyKey\":\"k-1\",\"offset\":2,"
            + "\"createdAt\":\"2026-04-14T11:20:30.456Z\"}";

    @Test
    void should_come_back_byte_for_byte() {
        Event event = JsonCodec.readEvent(FULL.getBytes(UTF_8));

        assertThat(event.path()).isEqualTo(StreamPath.of("/ann/demo"));
        assertThat(event.offset()).isEqualTo(2);
        assertThat(event.type()).isEqualTo("hello-world");
        assertThat(event.payload()).isEqualTo(new UnknownPayload("hello-world", JsonCodec.parse("{\"n\":1}")));
        assertThat(event.createdAt()).isEqualTo(Instant.parse("2026-04-14T11:20:30.456Z"));
        assertThat(event.idempotencyKey()).contains("k-1");
        assertThat(event.source()).contains(JsonCodec.parse("{\"processor\":{\"slug\":\"p\"}}"));
        assertThat(JsonCodec.writeText(JsonCodec.toTree(event))).isEqualTo(FULL);
    }

    @Test
    void should_omit_fields_that_the_author_did_not_give() {
        Event event =
                read("{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30.000Z'}");

        assertThat(event.metadata()).isEmpty();
        assertThat(event.source()).isEmpty();
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
                "source|{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30Z','source':'s'}",
                "idempotencyKey|{'streamPath':'/','type':'t','payload':{},'offset':1,'createdAt':'2026-04-14T11:20:30Z','idempotencyKey':7}"
            })
    void should_name_the_field_that_is_wrong(String field, String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(json)).withMessageContaining(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "1e2147483648", "-1e-2147483649", "1e-30000"})
    void should_read_an_event_with_a_number_that_cannot_be_represented(String number) {
        String payload = "{\"n\": [" + number + "]}";
        String json = FULL.replace("{\"n\":1}", payload);

        Event event = JsonCodec.readEvent(json.getBytes(UTF_8));

        assertThat(event.offset()).isEqualTo(2);
        assertThat(event.type()).isEqualTo("hello-world");
        assertThat(event.createdAt()).isEqualTo(Instant.parse("2026-04-14T11:20:30.456Z"));
        assertThat(event.idempotencyKey()).contains("k-1");
        assertThat(event.metadata()).contains(JsonCodec.parse("{\"by\":\"curl\"}"));
        assertThat(event.source()).contains(JsonCodec.parse("{\"processor\":{\"slug\":\"p\"}}"));
        assertThat(event.payloadJson().textValue()).isEqualTo(payload);
        for (EventCatalog catalog : List.of(EventCatalog.empty(), EventCatalog.of(Said.class), HELLO)) {
            assertThat(event.decodedBy(catalog).payload()).isInstanceOfSatisfying(MalformedPayload.class, malformed -> {
                assertThat(malformed.error()).contains(number);
                assertThat(malformed.type()).isEqualTo("hello-world");
            });
        }
        assertThat(JsonCodec.readEvent(JsonCodec.write(JsonCodec.toTree(event))))
                .as("the same after another copy")
                .isEqualTo(event);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"n\":1e99999999999",
                "\"n\":{}}} garbage",
                "\"n\":\"\u0001\"",
                "\"n\":\"\n\"",
            })
    void should_keep_the_whole_text_if_more_than_the_payload_is_wrong(String metadata) {
        String json = FULL.replace("\"by\":\"curl\"", metadata);

        Event event = JsonCodec.readEvent(json.getBytes(UTF_8));

        assertThat(event.path()).isEqualTo(StreamPath.of("/ann/demo"));
        assertThat(event.offset()).isEqualTo(2);
        assertThat(event.type()).isEqualTo("hello-world");
        assertThat(event.createdAt()).isEqualTo(Instant.parse("2026-04-14T11:20:30.456Z"));
        assertThat(event.payloadJson().textValue()).isEqualTo(json);
        assertThat(event.payload()).isInstanceOf(MalformedPayload.class);
    }

    @Test
    void should_read_an_event_that_nests_too_deep() {
        String deep = "{\"n\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";

        Event event = JsonCodec.readEvent(FULL.replace("{\"n\":1}", deep).getBytes(UTF_8));

        assertThat(event.payloadJson().textValue()).isEqualTo(deep);
        assertThat(event.idempotencyKey()).contains("k-1");
        assertThat(event.payload()).isInstanceOf(MalformedPayload.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "null",
                "[]",
                "{",
                "not JSON at all",
                "{'streamPath':'/other','type':'t','payload':{},'offset':7,'createdAt':'2026-04-14T11:20:30Z'}",
                "{'streamPath':'/ann','type':'t','payload':{},'offset':8,'createdAt':'2026-04-14T11:20:30Z'}",
                "{'streamPath':'/ann','type':'t','payload':{},'createdAt':'2026-04-14T11:20:30Z'}",
                "{'streamPath':'/ann','payload':{},'offset':7,'createdAt':'2026-04-14T11:20:30Z'}",
                "{'streamPath':'/ann','type':'t','payload':[],'offset':7,'createdAt':'2026-04-14T11:20:30Z'}",
                "{'streamPath':'/ann','type':'t','payload':{},'offset':7,'createdAt':'yesterday'}",
            })
    void should_read_whatever_a_store_has(String stored) {
        String json = stored.replace('\'', '"');

        Event event = JsonCodec.readEvent(json.getBytes(UTF_8), StreamPath.of("/ann"), 7, "said", Instant.EPOCH);

        assertThat(event.path()).isEqualTo(StreamPath.of("/ann"));
        assertThat(event.offset()).isEqualTo(7);
        assertThat(event.type()).isEqualTo("said");
        assertThat(event.createdAt()).isEqualTo(Instant.EPOCH);
        assertThat(event.payloadJson().textValue()).isEqualTo(json);
        assertThat(event.payload()).isInstanceOf(MalformedPayload.class);
    }

    @Test
    void should_say_that_an_event_is_damaged_of_which_nothing_is_left() {
        Event event = JsonCodec.readEvent(new byte[0], StreamPath.of("/ann"), 7, "said", Instant.EPOCH);

        assertThat(event.offset()).isEqualTo(7);
        assertThat(event.payloadJson().textValue()).startsWith("this event is damaged");
        assertThat(event.payload())
                .isInstanceOfSatisfying(
                        MalformedPayload.class,
                        malformed -> assertThat(malformed.error()).startsWith("this event is damaged"));
    }

    @Test
    void should_not_change_an_event_that_the_store_knows_in_the_same_way() {
        Event event = JsonCodec.readEvent(FULL.getBytes(UTF_8));

        assertThat(JsonCodec.readEvent(FULL.getBytes(UTF_8), event.path(), 2, event.type(), event.createdAt()))
                .isEqualTo(event);
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

    @EventName("hello-world")
    record Hello(JsonNode n) {}

    private static Event read(String json) {
        return JsonCodec.toEvent(JsonCodec.parse(json.replace('\'', '"')));
    }
}
