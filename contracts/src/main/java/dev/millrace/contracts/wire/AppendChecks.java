package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks of appends and the envelope, over HTTP.
 *
 * @since 0.1
 */
public abstract class AppendChecks extends WireChecks {
    @Test
    void check_01_first_event_of_a_new_stream_has_offset_2() {
        String stream = freshStream();

        Answer answer = millrace.append(stream, "{\"type\":\"hello-world\"}");

        answer.expect(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.number("/event/offset")).isEqualTo(2);
        assertThat(answer.event().path("payload")).isEqualTo(JsonCodec.parse("{}"));
        assertThat(answer.text("/event/streamPath")).isEqualTo(stream);
        assertThat(answer.text("/event/createdAt")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(Instant.parse(answer.text("/event/createdAt"))).isBeforeOrEqualTo(now());
    }

    @Test
    void check_02_history_begins_with_initialized() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"hello-world\"}");

        List<JsonNode> events = millrace.history(stream).events();

        assertThat(events).hasSize(2);
        assertThat(events.get(0).path("offset").intValue()).isEqualTo(1);
        assertThat(events.get(0).path("type").textValue()).isEqualTo(BuiltInType.INITIALIZED.type());
        assertThat(events.get(0).path("payload"))
                .isEqualTo(JsonCodec.parse("{\"projectSlug\":\"public\",\"path\":\"" + stream + "\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"a\"}",
                "{\"type\":\"a\",\"payload\":{\"n\":1.50}}",
                "{\"type\":\"a\",\"metadata\":{\"by\":\"me\"}}",
                "{\"type\":\"a\",\"payload\":[]}",
                "{\"hogwash\":\"yes!\"}"
            })
    void check_03_bare_and_enveloped_events_are_the_same_on_every_spelling(String body) {
        String stream = freshStream();
        for (String target : List.of(
                "/api/streams/",
                "/api/streams//",
                "/api/streams/%2F",
                "/api/streams" + stream,
                "/api/streams/" + stream.substring(1).replace("/", "%2F"))) {
            Answer bare = millrace.post(target, body);
            Answer enveloped = millrace.post(target, "{\"event\":" + body + "}");

            assertThat(bare.status()).as(target).isEqualTo(200);
            assertThat(enveloped.status()).as(target).isEqualTo(200);
            for (String field : List.of("type", "metadata", "streamPath")) {
                assertThat(enveloped.event().path(field))
                        .as(target)
                        .isEqualTo(bare.event().path(field));
            }
            assertThat(payload(enveloped)).as(target).isEqualTo(payload(bare));
            assertThat(bare.text("/event/streamPath")).isEqualTo(target.length() < 18 ? "/" : stream);
        }
    }

    @Test
    void check_04_metadata_and_payload_round_trip_unchanged() {
        String stream = freshStream();
        String metadata = "{\"a\":[[1,[2.50,{\"b\":null}]],[],{}],\"big\":12345678901234567890.10}";

        millrace.append(stream, "{\"type\":\"m\",\"metadata\":" + metadata + ",\"payload\":" + metadata + "}");

        assertThat(millrace.history(stream).body())
                .contains("\"payload\":" + metadata)
                .contains("\"metadata\":" + metadata);
    }

    /** Later generations send an object {@code source}; the service does not interpret it. */
    @Test
    void should_keep_the_source_of_an_event() {
        String stream = freshStream();
        String source = "{\"processor\":{\"slug\":\"p\",\"version\":\"0.1.0\"},\"n\":1.50}";
        String event = "{\"type\":\"a\",\"idempotencyKey\":\"k\",\"source\":" + source + "}";

        Answer stored = millrace.append(stream, event);
        Answer repeated = millrace.append(stream, event.replace("1.50", "2"));

        assertThat(stored.event().path("source")).isEqualTo(JsonCodec.parse(source));
        assertThat(repeated.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(repeated.event()).isEqualTo(stored.event());
        assertThat(millrace.history(stream).body()).contains("\"source\":" + source);
        for (String form : List.of("application/json", "application/x-ndjson", "application/yaml")) {
            assertThat(millrace.get(api(stream) + "?beforeOffset=end", "Accept", form)
                            .body())
                    .as(form)
                    .contains("0.1.0", "1.50");
        }
        keepsAsInvalid("{\"type\":\"a\",\"source\":\"text\"}", "source");
    }

    @Test
    void check_05_payload_text_is_kept_as_invalid_event() {
        keepsAsInvalid("{\"type\":\"a\",\"payload\":\"text\"}", "payload");
    }

    @Test
    void check_06_payload_null_or_array_is_kept_as_invalid_event() {
        keepsAsInvalid("{\"type\":\"a\",\"payload\":null}", "payload");
        keepsAsInvalid("{\"type\":\"a\",\"payload\":[]}", "payload");
    }

    @Test
    void check_07_an_object_without_type_is_kept_as_invalid_event() {
        keepsAsInvalid("{\"hogwash\":\"yes!\"}", "type");
    }

    @Test
    void check_08_an_unknown_key_makes_an_event_invalid() {
        keepsAsInvalid("{\"type\":\"a\",\"extra\":1}", "extra");
    }

    @Test
    void check_09_a_stored_event_posted_again_is_kept_as_invalid_event() {
        JsonNode stored = millrace.append(freshStream(), "{\"type\":\"a\"}").event();
        keepsAsInvalid(stored.toString(), "streamPath");
    }

    @Test
    void check_10_an_empty_idempotency_key_makes_an_event_invalid() {
        keepsAsInvalid("{\"type\":\"a\",\"idempotencyKey\":\"\"}", "idempotencyKey");
    }

    @Test
    void check_11_a_type_has_1_to_2048_characters() {
        String longest = "t".repeat(2048);
        assertThat(millrace.append(freshStream(), "{\"type\":\"" + longest + "\"}")
                        .text("/event/type"))
                .isEqualTo(longest);
        keepsAsInvalid("{\"type\":\"" + longest + "t\"}", "type");
        keepsAsInvalid("{\"type\":\"  \"}", "type");
    }

    @Test
    void check_12_an_enveloped_array_is_kept_as_invalid_event() {
        Answer answer = millrace.append(freshStream(), "{\"event\":[\"weird\"]}");
        assertThat(answer.text("/event/type")).isEqualTo(BuiltInType.INVALID_EVENT_APPENDED.type());
        assertThat(answer.event().at("/payload/rawInput")).isEqualTo(JsonCodec.parse("[\"weird\"]"));
    }

    @Test
    void check_13_a_built_in_type_with_a_wrong_payload_is_kept_as_invalid_event() {
        keepsAsInvalid("{\"type\":\"" + BuiltInType.METADATA_UPDATED.type() + "\",\"payload\":{}}", "metadata");
    }

    @Test
    void check_14_malformed_json_is_refused_and_nothing_is_appended() {
        String stream = freshStream();
        Answer answer = millrace.append(stream, "{\"type\": \"a\",\n  nonsense}");

        answer.expect(400);
        assertThat(answer.text("/code")).isEqualTo("BAD_REQUEST");
        assertThat(answer.text("/reason")).isEqualTo("BAD_REQUEST");
        assertThat(answer.text("/message")).contains("line 2");
        assertThat(answer.json().at("/data/issues")).hasSize(1);
        assertThat(millrace.get("/api/streams/__children" + stream).json()).isEmpty();
    }

    @Test
    void check_15_json_answers_are_indented() {
        assertThat(millrace.append(freshStream(), "{\"type\":\"a\"}").body()).startsWith("{\n  \"event\": {\n    \"");
        assertThat(millrace.get("/api/nope").body()).isEqualTo("{\n  \"error\": \"not_found\"\n}\n");
    }

    @Test
    void should_append_a_batch_atomically_and_answer_with_all_its_events() {
        String stream = freshStream();
        String two = "{\"type\":\"a\",\"idempotencyKey\":\"k\"}\n{\"type\":\"b\"}\n";

        Answer lines = millrace.send("POST", api(stream), two, "Content-Type", "application/x-ndjson");
        Answer array = millrace.append(stream, "[{\"type\":\"a\",\"idempotencyKey\":\"k\"},7]");
        Answer refused = millrace.append(stream, "[{\"type\":\"c\"},{\"type\":\"d\",\"offset\":99}]");

        assertThat(lines.json().path("events").findValuesAsText("offset")).containsExactly("2", "3");
        assertThat(array.json().path("events").findValuesAsText("offset")).containsExactly("2", "4");
        assertThat(array.json().path("replayed")).isEqualTo(JsonCodec.parse("[true,false]"));
        assertThat(array.headers().firstValue("Idempotent-Replayed")).isEmpty();
        refused.expect(412);
        assertThat(millrace.history(stream).offsets()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void should_store_webhooks_of_any_kind() {
        String stream = freshStream();
        Answer form = millrace.send(
                "POST", stream, "payload=%7B%22a%22%3A1%7D&x=1", "Content-Type", "application/x-www-form-urlencoded");
        Answer none = millrace.send("POST", stream, "just text");
        Answer slack = millrace.append(stream, "{\"event\":{\"type\":\"message\"},\"team_id\":\"T1\"}");
        Answer empty = millrace.append(stream, "");
        Answer scalar = millrace.append(stream, "42");

        assertThat(form.event().at("/payload/rawInput"))
                .isEqualTo(
                        JsonCodec.parse(
                                "{\"contentType\":\"application/x-www-form-urlencoded\","
                                        + "\"body\":\"payload=%7B%22a%22%3A1%7D&x=1\",\"form\":{\"payload\":\"{\\\"a\\\":1}\",\"x\":\"1\"}}"));
        assertThat(none.event().at("/payload/rawInput"))
                .isEqualTo(JsonCodec.parse("{\"contentType\":null,\"body\":\"just text\"}"));
        assertThat(slack.text("/event/payload/rawInput/team_id")).isEqualTo("T1");
        assertThat(empty.event().at("/payload/rawInput").isNull()).isTrue();
        assertThat(scalar.number("/event/payload/rawInput")).isEqualTo(42);
        assertThat(millrace.history(stream).offsets()).hasSize(6);
    }

    @Test
    void should_accept_yaml() {
        Answer answer = millrace.send(
                "POST", api(freshStream()), "type: hello\npayload:\n  answer: no\n", "Content-Type", "text/yaml");
        assertThat(answer.event().path("payload")).isEqualTo(JsonCodec.parse("{\"answer\":\"no\"}"));
    }

    @Test
    void should_refuse_bodies_over_the_limit() {
        String stream = freshStream();
        String text = "x".repeat(1 << 20);
        Answer single = millrace.append(stream, "{\"type\":\"a\",\"payload\":{\"t\":\"" + text + "\"}}");
        Answer batch = millrace.append(stream, "[" + ("\"" + text + "\",").repeat(17) + "0]");

        single.expect(413);
        assertThat(single.text("/message")).contains("1048576");
        batch.expect(413);
        assertThat(batch.text("/message")).contains("16777216");
        millrace.append(stream, "[" + "1,".repeat(500) + "1]").expect(400);
        millrace.append(stream, "[".repeat(200) + "]".repeat(200)).expect(400);
        assertThat(millrace.get("/api/streams/__children" + stream).json()).isEmpty();
    }

    /** The payload without the description of the request, which differs. */
    private static JsonNode payload(Answer answer) {
        ObjectNode payload = answer.event().path("payload").deepCopy();
        return payload.without("request");
    }

    private void keepsAsInvalid(String body, String mentioned) {
        Answer answer = millrace.append(freshStream(), body);
        answer.expect(200);
        assertThat(answer.text("/event/type")).isEqualTo(BuiltInType.INVALID_EVENT_APPENDED.type());
        assertThat(answer.event().at("/payload/rawInput")).isEqualTo(JsonCodec.parse(body));
        assertThat(answer.text("/event/payload/error")).contains(mentioned);
    }
}
