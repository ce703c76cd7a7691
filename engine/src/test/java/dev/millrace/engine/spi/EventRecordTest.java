package dev.millrace.engine.spi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventRecordTest {
    private static final StreamPath PATH = StreamPath.of("/a/b-c");
    private static final Instant TIME = Instant.parse("2026-04-14T11:20:30.456Z");
    private static final String BODY =
            "\"type\":\"t\",\"payload\":{\"n\":1.50,\"text\":\"\u00e4\"},\"metadata\":{},\"idempotencyKey\":\"k\"";

    private static EventRecord record(long offset, Instant time, String body) {
        return new EventRecord(7, PATH, offset, time, "t", Optional.empty(), body.getBytes(UTF_8));
    }

    private static String json(EventRecord record) {
        assertThat(record.size()).isEqualTo(record.json().length);
        return new String(record.json(), UTF_8);
    }

    private static String bodyOf(String json) {
        return new String(EventRecord.bodyOf(json.getBytes(UTF_8), PATH, 3, TIME, "t"), UTF_8);
    }

    @Test
    void should_write_path_offset_and_time_around_the_body() {
        assertThat(json(record(3, TIME, BODY)))
                .isEqualTo("{\"streamPath\":\"/a/b-c\"," + BODY
                        + ",\"offset\":3,\"createdAt\":\"2026-04-14T11:20:30.456Z\"}");
    }

    @Test
    void should_write_every_offset_and_time_as_the_library_does() {
        Random random = new Random(Long.getLong("millrace.seed", 20));
        for (int i = 0; i < 10_000; i++) {
            long offset = 1 + (random.nextLong() >>> (1 + random.nextInt(63)));
            Instant time = Instant.ofEpochMilli(random.nextLong() >> (8 + random.nextInt(50)));

            assertThat(json(record(offset, time, "")))
                    .isEqualTo("{\"streamPath\":\"/a/b-c\",,\"offset\":" + offset + ",\"createdAt\":\""
                            + JsonCodec.time(time) + "\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-0001-12-31T23:59:59.999Z",
                "0000-01-01T00:00:00Z",
                "0000-02-29T00:00:00.001Z",
                "1969-12-31T23:59:59.999Z",
                "1970-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999Z",
                "+10000-01-01T00:00:00Z"
            })
    void should_write_times_at_the_bounds(String time) {
        Instant instant = Instant.parse(time);

        assertThat(json(record(1, instant, BODY))).endsWith("\"createdAt\":\"" + JsonCodec.time(instant) + "\"}");
    }

    @Test
    void should_cut_the_body_out_of_its_json() {
        assertThat(bodyOf(json(record(3, TIME, BODY)))).isEqualTo(BODY);
        assertThat(new String(
                        EventRecord.bodyOf(
                                JsonCodec.readEvent(record(3, TIME, BODY).json())),
                        UTF_8))
                .isEqualTo(BODY);
    }

    @Test
    void should_keep_an_event_that_was_written_in_another_form() {
        assertThat(bodyOf("{\"offset\": 3, \"createdAt\": \"2026-04-14T11:20:30.456Z\", \"payload\": {\"n\": 1.50},"
                        + " \"type\": \"t\", \"streamPath\": \"/a/b-c\"}"))
                .isEqualTo("\"type\":\"t\",\"payload\":{\"n\":1.50}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "not JSON",
                "{\"streamPath\":\"/a/b-c\",\"version\":2}",
                "{\"streamPath\":\"/else\",\"type\":\"t\",\"payload\":{},\"offset\":3,\"createdAt\":\"2026-04-14T11:20:30.456Z\"}",
                "{\"streamPath\":\"/a/b-c\",\"type\":\"t\",\"payload\":{},\"offset\":4,\"createdAt\":\"2026-04-14T11:20:30.456Z\"}"
            })
    void should_keep_the_text_of_what_is_no_event_of_this_place(String json) {
        Event event = JsonCodec.readEvent(record(3, TIME, bodyOf(json)).json());

        assertThat(event.offset()).isEqualTo(3);
        assertThat(event.path()).isEqualTo(PATH);
        assertThat(event.createdAt()).isEqualTo(TIME);
        assertThat(event.payloadJson().textValue()).isEqualTo(json);
    }

    @Test
    void should_make_text_of_bytes_that_are_not_utf_8() {
        byte[] odd = "\u00e4".getBytes(ISO_8859_1);

        Event event = JsonCodec.readEvent(record(3, TIME, "")
                .withBody(EventRecord.bodyOf(odd, PATH, 3, TIME, "t"))
                .json());

        assertThat(event.payloadJson().textValue()).isEqualTo("\ufffd");
    }
}
