package dev.millrace.cli.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTextParserTest {
    @Test
    void should_read_one_object_an_array_or_one_a_line() {
        assertThat(types("{\n  \"type\": \"a\"\n}")).containsExactly("a");
        assertThat(types("[{\"type\": \"a\"},\n {\"type\": \"b\"}]")).containsExactly("a", "b");
        for (String start : List.of("{", "{ ", "{\t", "  { ", "\n\n{ ", "\uFEFF{ ")) {
            String line = start + "\"type\": \"a\"}";
            assertThat(types(line + "\n\n" + line + "\r\n")).as(line).containsExactly("a", "a");
        }
    }

    @Test
    void should_keep_every_field_and_the_digits_of_numbers() {
        String json = "{\"type\":\"a\",\"payload\":{\"n\":1.50},\"metadata\":{\"m\":1},\"source\":{\"s\":1},"
                + "\"idempotencyKey\":\"k\",\"offset\":7}";

        assertThat(JsonCodec.toTree(EventTextParser.read(json).get(0).input()).toString())
                .isEqualTo(json);
    }

    @Test
    void should_take_from_stored_events_what_the_service_gave_them() {
        EventTextParser.Addressed event = EventTextParser.read("""
                        {"streamPath":"/a","type":"x","payload":{},"offset":3,"createdAt":"2026-05-04T12:00:00.000Z"}
                        """).get(0);

        assertThat(event.path()).hasValue("/a");
        assertThat(event.input().offset()).isEmpty();
        assertThat(event.isOfTheService()).isFalse();
    }

    @Test
    void should_know_what_the_service_writes_itself() {
        String created = "\"createdAt\":\"2026-05-04T12:00:00.000Z\",\"streamPath\":\"/a\"";

        assertThat(EventTextParser.read("{\"type\":\"events.iterate.com/stream/initialized\"," + created + "}")
                        .get(0)
                        .isOfTheService())
                .isTrue();
        assertThat(EventTextParser.read("{\"type\":\"x\",\"idempotencyKey\":\"millrace/child:/b\"," + created + "}")
                        .get(0)
                        .isOfTheService())
                .isTrue();
        assertThat(EventTextParser.read("{\"type\":\"events.iterate.com/stream/initialized\"}")
                        .get(0)
                        .isOfTheService())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':                 | not JSON: it ends too early (line 1, column 9)",
                "hello                    | not JSON: expected a value, got 'hello' (line 1, column 1)",
                "17                       | the event is not a JSON object: 17",
                "{'payload':{}}           | the event has no type; add one",
                "{'type':'a','pay':1}     | the event has the unknown field 'pay'",
                "[{'type':'a'},3]         | event 2 is not a JSON object: 3",
                "~ ~                      | the input has no event",
                "~{'type':'a'}\n{'type':~ | line 2 is not JSON: it ends too early (column 9)",
                "~{ 'type':'a' }\n{ 'type'~ | line 2 is not JSON: it ends too early (column 9)",
                "~{\n'type':\n~            | not JSON: it ends too early (line 3, column 1)"
            })
    void should_say_what_is_wrong_and_where(String text, String message) {
        assertThatThrownBy(() -> EventTextParser.read(text.replace('\'', '"').replace("\\n", "\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private static List<String> types(String text) {
        return EventTextParser.read(text).stream()
                .map(event -> event.input().type())
                .toList();
    }
}
