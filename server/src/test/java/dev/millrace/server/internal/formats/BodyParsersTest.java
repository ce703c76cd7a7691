package dev.millrace.server.internal.formats;

import static dev.millrace.contracts.text.HostileTexts.all;
import static dev.millrace.contracts.text.HostileTexts.around;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.Limits;
import dev.millrace.server.internal.http.HttpErrorException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies are parsed, and answers encoded, in a time that is linear in their length. */
class BodyParsersTest {
    private final AppendBodyParser bodies =
            new AppendBodyParser(Limits.builder().build(), KnownEvents.OF_THE_SERVICE);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/x-ndjson",
                "application/yaml",
                "application/x-www-form-urlencoded",
                "text/plain; charset=utf-16"
            })
    void should_parse_a_body_in_linear_time(String contentType) {
        MediaType type = MediaType.of(contentType);
        String[] valid = {
            "{\"event\":{\"type\":\"t\",\"payload\":{\"a\":[1.5e3,\"x\\n\"]}},\"path\":\"/s\"}",
            "- type: t\n  payload: {a: [1, 'b']}\n- type: |\n    u\n",
            "--- # comment\ntype: \"t\\u00e9\"\nmetadata:\n  ? a\n  : 1.5e+3\n",
            "a=b+c&d=%C3%84&d="
        };
        LinearTimeCheck.of("body", text -> bodies.read(type, text.getBytes(UTF_8), StreamPath.of("/s")))
                .refusingWith(HttpErrorException.class)
                .check(type.isParsed() ? around(valid) : all());
    }

    @Test
    void should_read_headers_in_linear_time() {
        LinearTimeCheck.of(
                        "charset of a content type", text -> MediaType.of(text).charset())
                .check(around("text/plain; charset=\"utf-8\"; a=b"));
        LinearTimeCheck.of(
                        "Accept", text -> ContentNegotiation.of(List.of(text)).choose(List.of(EventEncoding.values())))
                .refusingWith(HttpErrorException.class)
                .check(around("text/html, application/json;q=0.5, */*;q=0.1"));
    }

    @Test
    void should_encode_an_event_as_yaml_in_linear_time() {
        LinearTimeCheck.of("value of YamlEncoder", text -> YamlEncoder.document(JsonCodec.write(List.of(text))))
                .check(around("half-surrogate-pair-\ud83d"));
        LinearTimeCheck.of(
                        "key of YamlEncoder",
                        text -> YamlEncoder.document(JsonCodec.write(Map.of(text.replaceAll("\\p{Cs}", ""), "x"))))
                .check(all());
    }
}
