package dev.millrace.server.internal.formats;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.Limits;
import dev.millrace.server.internal.http.HttpErrorException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppendBodyParserTest {
    private static final Limits LIMITS = Limits.builder()
            .eventBytes(1000)
            .largeEventBytes(1000)
            .batchBytes(4000)
            .batchEvents(3)
            .build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"type\":\"a\"}                          | {\"type\":\"a\"}",
                "{\"event\":{\"type\":\"a\"}}              | {\"type\":\"a\"}",
                "{\"event\":{\"n\":1.50},\"path\":\"/s\"}  | {\"n\":1.50}",
                "{\"event\":[\"weird\"]}                   | [\"weird\"]",
                "{\"event\":{\"a\":1},\"team_id\":\"T\"}   | {\"event\":{\"a\":1},\"team_id\":\"T\"}",
                "{\"path\":\"/other\",\"type\":\"a\"}      | {\"path\":\"/other\",\"type\":\"a\"}",
                "{ \"n\" : 1e400, \"big\": 12345678901234567890.10 } | {\"n\":1e400,\"big\":12345678901234567890.10}",
                "42                                        | 42",
                "\"text\"                                  | \"text\"",
                "{}                                        | {}",
            })
    void should_find_the_one_event_of_a_json_body(String body, String event) {
        assertThat(read("application/json", body)).isEqualTo("single " + event);
        assertThat(read("application/vnd.github+json; charset=utf-8", body)).isEqualTo("single " + event);
    }

    @Test
    void should_take_an_array_or_lines_for_a_batch() {
        String two = "batch {\"type\":\"a\"} {\"type\":\"b\"}";
        assertThat(read("application/json", " [{\"type\":\"a\"}, {\"event\":{\"type\":\"b\"}}]"))
                .isEqualTo(two);
        assertThat(read("application/x-ndjson", "{\"type\":\"a\"}\n\r\n{\"type\":\"b\"}\n"))
                .isEqualTo(two);
        assertThat(read("application/yaml", "- type: a\n- type: b\n")).isEqualTo(two);
        assertThat(read("application/yaml", "---\ntype: a\n---\ntype: b\n")).isEqualTo(two);
        assertThat(read("application/json", "[1]")).isEqualTo("batch 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/yaml", "text/plain", ""})
    void should_take_an_empty_body_for_null(String contentType) {
        assertThat(read(contentType, "")).isEqualTo("single null");
    }

    @Test
    void should_refuse_a_path_that_differs_from_the_url() {
        for (String path : List.of("\"/other\"", "7", "\"NOT A PATH\"")) {
            assertThatThrownBy(() -> read("application/json", "{\"event\":{},\"path\":" + path + "}"))
                    .isInstanceOf(HttpErrorException.class)
                    .hasMessageContaining("/s");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "application/json      | {\"type\": }           | at line 1, column 10: expected a value, got '}'; nothing was",
                "application/json      | {\"type\": \"a\"       | line 1",
                "application/json      | {} {}                  | line 1, column 4",
                "application/json      | nonsense               | at line 1, column 1: expected a value, got 'nonsense'; nothing was",
                "application/json      | [{},                   | line 1",
                "application/json      | []                     | empty",
                "application/x-ndjson  | {}\\n{\"a\":}          | at line 2, column 6: expected a value, got '}'",
                "application/x-ndjson  | {}{}                   | line 1, column 3",
                "application/x-ndjson  | \\n                    | empty",
                "application/yaml      | a: 1\\nb: [            | line 2",
                "application/yaml      | a: 1\\na: 2            | line 2, column 1",
                "application/yaml      | a: &x 1\\nb: *x        | line 1, column 4",
                "application/yaml      | a: !!binary aGk=       | line 1, column 4",
                "application/yaml      | ? [a]\\n: 1            | line 1, column 3",
                "application/json      | [1,2,3,4]              | at most 3",
            })
    void should_say_where_a_declared_body_does_not_parse(String contentType, String body, String where) {
        assertThatThrownBy(() -> read(contentType, body.replace("\\n", "\n")))
                .isInstanceOfSatisfying(
                        HttpErrorException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(400))
                .hasMessageContaining(where);
    }

    @Test
    void should_refuse_json_that_is_not_text() {
        byte[] broken = {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'};
        assertThatThrownBy(() -> read("application/json", broken)).hasMessageContaining("malformed JSON");
        for (String label :
                List.of("application/yaml", "application/json; charset=us-ascii", "text/yaml; charset=nonsense")) {
            assertThatThrownBy(() -> read(label, broken))
                    .hasMessageContaining("not UTF-8")
                    .hasMessageContaining(label);
        }
        assertThatThrownBy(() -> read("application/json; charset=nonsense", broken))
                .hasMessageContaining("malformed JSON");
    }

    @Test
    void should_keep_any_other_body_whole() {
        assertThat(read("application/x-www-form-urlencoded", "text=hi+there&user=%C3%84nn&user=b&odd"))
                .isEqualTo("single {\"contentType\":\"application/x-www-form-urlencoded\","
                        + "\"body\":\"text=hi+there&user=%C3%84nn&user=b&odd\","
                        + "\"form\":{\"text\":\"hi there\",\"user\":[\"Änn\",\"b\"],\"odd\":\"\"}}");
        assertThat(read("text/xml", "<a/>")).isEqualTo("single {\"contentType\":\"text/xml\",\"body\":\"<a/>\"}");
        assertThat(read(null, "plain")).isEqualTo("single {\"contentType\":null,\"body\":\"plain\"}");
        assertThat(read("application/octet-stream", new byte[] {(byte) 0xff, 0}))
                .isEqualTo(
                        "single {\"contentType\":\"application/octet-stream\",\"body\":\"/wA=\",\"encoding\":\"base64\"}");
    }

    @Test
    void should_decode_the_declared_charset() {
        Charset latin = Charset.forName("ISO-8859-1");
        assertThat(read("text/plain; charset=\"ISO-8859-1\"", "Grüße".getBytes(latin)))
                .contains("\"body\":\"Grüße\"");
        assertThat(read("application/json; charset=iso-8859-1", "{\"type\":\"ü\"}".getBytes(latin)))
                .isEqualTo("single {\"type\":\"ü\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "charset='utf-8'",
                "charset=",
                "charset=\"\"",
                "charset=us-ascii",
                "charset=utf8mb4",
                "charset=x-windows-949",
                "charset=iso-8859-1",
                "charset=utf-16",
                "charset=nonsense; charset=utf-16"
            })
    void should_read_utf_8_whatever_charset_json_and_yaml_declare(String label) {
        String text = "{\"type\": \"é😀\"}";
        for (String type : List.of("application/json", "text/json", "application/yaml", "application/x-yaml")) {
            assertThat(read(type + "; " + label, text)).isEqualTo("single {\"type\":\"é😀\"}");
        }
        assertThat(read("application/x-ndjson; " + label, text)).isEqualTo("batch {\"type\":\"é😀\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-16", "utf-16le", "utf-32", "iso-2022-jp", "shift_jis", "gbk", "euc-jp"})
    void should_read_json_and_yaml_in_another_charset_if_it_is_no_utf_8(String charset) {
        byte[] body = "{\"type\": \"日本\"}".getBytes(Charset.forName(charset));
        for (String type : List.of("application/json", "application/yaml")) {
            assertThat(read(type + ";charset=" + charset, body)).isEqualTo("single {\"type\":\"日本\"}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "windows-1252   | a=%E9&x=%80        | {'a':'é','x':'€'}",
                "'windows-1252' | n=J%F6rg+%26       | {'n':'Jörg &'}",
                "windows-1252   | a=%81              | {'a':'%81'}",
                "us-ascii       | a=%C3%A9           | {'a':'é'}",
                "nonsense       | %C3%A9=1           | {'é':'1'}",
                "               | a=%E9&b=%C3%A9     | {'a':'%E9','b':'é'}",
                "shift_jis      | a=%93%FA%96%7B%83A | {'a':'日本ア'}",
                "shift_jis      | a=%83+b            | {'a':'%83+b'}"
            })
    void should_decode_a_form_in_its_charset(String charset, String form, String fields) {
        String type = "application/x-www-form-urlencoded; charset=" + (charset == null ? "" : charset);
        assertThat(read(type, form)).contains("\"form\":" + fields.replace('\'', '"'));
    }

    @Test
    void should_decode_text_in_its_charset_or_else_in_utf_8() {
        assertThat(read("application/x-www-form-urlencoded; charset=utf-16", "a=%C3%A9+é".getBytes(UTF_16)))
                .contains("\"form\":{\"a\":\"é é\"}");
        for (String label : List.of("us-ascii", "'utf-8'", "", "utf8mb4")) {
            assertThat(read("text/plain; charset=" + label, "é")).contains("\"body\":\"é\"");
        }
        assertThat(read("text/plain; charset=utf8mb4", new byte[] {(byte) 0xe9}))
                .contains("base64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event\":\"created\",\"path\":\"/some/file\"}",
                "{\"path\":\"/s\",\"event\":\"created\"}",
                "{\"event\":\"x\",\"path\":null}",
                "{\"event\":null,\"path\":\"/s\"}",
                "{\"event\":[{}],\"path\":7}",
                "{\"event\":true,\"path\":{}}"
            })
    void should_keep_a_body_whole_that_has_a_path_beside_an_event_that_is_no_object(String body) {
        assertThat(read("application/json", body)).isEqualTo("single " + body);
        assertThat(read("application/yaml", body)).isEqualTo("single " + body);
        assertThat(read("application/json", "[" + body + "]")).isEqualTo("batch " + body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"g\\u", "\"\\x", "a: \"\\Uffffffff\"", "\"\\u12", "\"\\U0011ffff\""})
    void should_refuse_yaml_escapes_that_name_no_character(String body) {
        assertThatThrownBy(() -> read("application/yaml", body)).isInstanceOf(HttpErrorException.class);
    }

    @Test
    void should_read_yaml_scalars_as_json_would_and_leave_the_rest_text() {
        String yaml = "norway: no\nyes: on\noctal: 017\nlong: 1_000\nhex: 0x1F\ndot: .5\nnumber: 1.50e3\nbig: "
                + "12345678901234567890\nbool: true\nnone: ~\nempty:\nquoted: \"1\"\ntime: 2026-04-14T11:20:30Z\n"
                + "forced: !!str 7\ntext: |\n  two\n  lines\n";
        assertThat(read("application/yaml", yaml))
                .isEqualTo(
                        "single {\"norway\":\"no\",\"yes\":\"on\",\"octal\":\"017\",\"long\":\"1_000\",\"hex\":\"0x1F\","
                                + "\"dot\":\".5\",\"number\":1.50e3,\"big\":12345678901234567890,\"bool\":true,\"none\":null,"
                                + "\"empty\":null,\"quoted\":\"1\",\"time\":\"2026-04-14T11:20:30Z\",\"forced\":\"7\","
                                + "\"text\":\"two\\nlines\\n\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"999e10000", "1e10000", "-12e10000", "-100e9999", "12e-10000", "0e10000", "1.5e10000"})
    void should_read_every_number_that_can_be_appended_from_the_yaml_of_this_server(String number) {
        byte[] stored = ("{\"a\":" + number + "}").getBytes(UTF_8);
        assertThat(read("application/json", new String(stored, UTF_8))).contains(number);

        String read = read("application/yaml", new String(YamlEncoder.document(stored), UTF_8));

        assertThat(JsonCodec.parse(read.substring("single ".length()))).isEqualTo(JsonCodec.parse(stored));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5e10002", "99.9e-10001", "1.0e+20001"})
    void should_refuse_a_yaml_number_that_is_too_large_in_every_spelling(String number) {
        assertThatThrownBy(() -> read("application/yaml", "a: " + number)).hasMessageContaining(number);
    }

    @Test
    void should_stop_at_the_first_yaml_document_too_many() {
        assertThatThrownBy(() -> read("application/yaml", "--- 1\n".repeat(4) + "--- [not parsed"))
                .hasMessageContaining("too many events: at most 3");
    }

    @Test
    void should_stop_at_the_first_item_too_many_of_a_yaml_list() {
        for (String list : List.of("- 1\n".repeat(4) + "- [not parsed", "[1, [2, 3, 4], {a: 3}, 4, [not parsed")) {
            assertThatThrownBy(() -> read("application/yaml", list)).hasMessageContaining("too many events: at most 3");
        }
        assertThat(read("application/yaml", "- [1, 2, 3, 4]\n- {a: [1, 2, 3, 4, 5]}\n- 3\n"))
                .isEqualTo("batch [1,2,3,4] {\"a\":[1,2,3,4,5]} 3");
    }

    @Test
    void should_stop_at_the_first_yaml_document_too_many_of_a_value() {
        AppendBodyParser bodies = new AppendBodyParser(LIMITS, KnownEvents.OF_THE_SERVICE);
        MediaType yaml = MediaType.of("application/yaml");

        assertThatThrownBy(() -> bodies.value(yaml, ("--- 1\n".repeat(4) + "--- [not parsed").getBytes(UTF_8)))
                .hasMessageContaining("too many events: at most 3");
        assertThat(bodies.value(yaml, "[1, 2, 3, 4, 5]".getBytes(UTF_8)))
                .asString()
                .isEqualTo("[1,2,3,4,5]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x: @\ny: [not parsed",
                "\"@\" [not parsed",
                "@ : [not parsed",
                "|\n  @\n [not parsed",
                "- 1\n- x: @\n- [not parsed",
                "[1, \"@\", {{",
                "--- 1\n--- {x: @, [not parsed",
                "# @\nx: [not parsed"
            })
    void should_stop_where_a_yaml_event_becomes_too_large(String yaml) {
        assertThatThrownBy(() -> read("application/yaml", yaml.replace("@", "x".repeat(3_000))))
                .isInstanceOfSatisfying(
                        HttpErrorException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(413))
                .hasMessageContaining("at most 1000 bytes are allowed, more were sent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- @\n- @\n- @",
                "- x: @\n- x: @\n- x: @",
                "[\"@\", \"@\", \"@\"]",
                "[{x: @}, {x: @}, {x: @}]",
                "--- @\n--- @\n--- @",
                "---\nx: @\n---\nx: @\n---\nx: @\n",
                "- |\n  @\n- |\n  @\n- |\n  @\n"
            })
    void should_measure_each_event_of_a_yaml_batch_alone(String yaml) {
        assertThat(read("application/yaml", yaml.replace("@", "x".repeat(900)))).startsWith("batch ");
    }

    @Test
    void should_stop_where_yaml_nests_too_deep() {
        AppendBodyParser bodies = new AppendBodyParser(Limits.builder().build(), KnownEvents.OF_THE_SERVICE);
        for (String open : List.of("[", "{a: ", "- ")) {
            byte[] body = (open.repeat(3_000) + "@").getBytes(UTF_8);
            assertThatThrownBy(() -> bodies.read(MediaType.of("application/yaml"), body, StreamPath.of("/s")))
                    .isInstanceOf(HttpErrorException.class)
                    .hasMessageContaining("nests deeper than 64");
        }
        String deepest = "[".repeat(63) + "]".repeat(63);
        assertThat(read("application/yaml", "- event: {payload: " + deepest + "}"))
                .isEqualTo("batch {\"payload\":" + deepest + "}");
    }

    @Test
    void should_write_yaml_that_reads_back_to_the_same_json() {
        String json =
                "{\"streamPath\":\"/a\",\"type\":\"no\",\"payload\":{\"s\":[\"017\",\"~\",\"null\",\"a: b\",\"\",\" x\","
                        + "\"two\\nlines\",\"tab\\t\",\"é😀\",\"- \",\"#\",\"\\u0001\",\"\\u2028\"],\"n\":[1,1.50,-0,1.0e+5,12345678901234567890.0],"
                        + "\"e\":{},\"l\":[],\"t\":[true,false,null],\"yes\":{\"no\":1,\"1\":2,\"a b\":[[1],[{}]]}},\"offset\":3}";
        byte[] stored = JsonCodec.compact(json.getBytes(UTF_8));
        String yaml = new String(YamlEncoder.document(stored), UTF_8);

        assertThat(yaml).startsWith("---\n").endsWith("\n");
        assertThat(read("application/yaml", yaml)).isEqualTo("single " + new String(stored, UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@type: x\n---\n@type: y\n",
                "@---\ntype: x\n@---\ntype: y\n",
                "type: x\n...\n@---\ntype: y\n",
                "type: x\n... # end\n@---\ntype: y\n@...\n",
                "--- # one\r\n@type: x\r\n---  \r\n@type: y\r\n"
            })
    void should_skip_the_byte_order_mark_of_each_document(String yaml) {
        assertThat(read("application/yaml", yaml.replace('@', '\uFEFF')))
                .isEqualTo("batch {\"type\":\"x\"} {\"type\":\"y\"}");
    }

    @Test
    void should_keep_a_byte_order_mark_inside_a_text() {
        assertThat(read("application/yaml", "a: \"\uFEFF\"\nb: |\n  ---\n  \uFEFF---\n"))
                .isEqualTo("single {\"a\":\"\uFEFF\",\"b\":\"---\\n\uFEFF---\\n\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!foo {a: 1}",
                "!!set {a, b}",
                "!!map {a: 1}",
                "!!seq [1]",
                "!foo [1]",
                "!!python/tuple [1]",
                "!foo 1",
                "!!int 1"
            })
    void should_refuse_tags_on_collections_as_on_scalars(String value) {
        for (String yaml : List.of("a: " + value, "- " + value, "--- " + value, "? a\n: " + value)) {
            assertThatThrownBy(() -> read("application/yaml", yaml))
                    .as(yaml)
                    .hasMessageContaining("is not supported, remove it")
                    .hasMessageContaining("at line ");
        }
    }

    @Test
    void should_hold_a_single_event_to_its_own_limit() {
        String large = "a: " + "x".repeat(1000);
        assertThatThrownBy(() -> read("application/yaml", large))
                .isInstanceOfSatisfying(
                        HttpErrorException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(413))
                .hasMessageContaining("1000");
        AppendBodyParser bodies = new AppendBodyParser(LIMITS, KnownEvents.OF_THE_SERVICE);
        assertThat(bodies.limit(MediaType.of("application/json"), '{')).isEqualTo(1000);
        assertThat(bodies.limit(MediaType.of("application/json"), '[')).isEqualTo(4000);
        assertThat(bodies.limit(MediaType.of("application/x-ndjson"), '{')).isEqualTo(4000);
        assertThat(bodies.limit(MediaType.of("text/plain"), '[')).isEqualTo(1000);
    }

    private static String read(@Nullable String contentType, String body) {
        return read(contentType, body.getBytes(UTF_8));
    }

    private static String read(@Nullable String contentType, byte[] body) {
        ParsedAppend inputs = new AppendBodyParser(LIMITS, KnownEvents.OF_THE_SERVICE)
                .read(MediaType.of(contentType), body, StreamPath.of("/s"));
        return (inputs.batch() ? "batch " : "single ")
                + inputs.events().stream()
                        .map(event -> new String(event.json(), UTF_8))
                        .collect(Collectors.joining(" "));
    }

    /** The limit only says that it ends. */
    @Test
    @Timeout(20)
    void should_parse_long_scalars_and_lines_of_yaml_in_linear_time() {
        Limits large = Limits.builder().build();
        int length = 4_000_000;
        for (String body : List.of(
                "x".repeat(length),
                "9".repeat(length),
                "- \"" + "x".repeat(length) + "\"",
                "'" + "x😀".repeat(length / 2) + "'",
                "# " + "x".repeat(length) + "\n- 1",
                "- |\n  " + "x".repeat(length),
                "- !" + "x".repeat(length) + " 1",
                "- &" + "x".repeat(length) + " 1",
                "[".repeat(length),
                "- ".repeat(length),
                "? ".repeat(length),
                "{" + "a: ".repeat(length / 3))) {
            byte[] bytes = body.getBytes(UTF_8);
            try {
                new AppendBodyParser(large, KnownEvents.OF_THE_SERVICE)
                        .read(MediaType.of("application/yaml"), bytes, StreamPath.of("/s"));
            } catch (HttpErrorException refused) {
                assertThat(refused.getMessage()).hasSizeLessThan(5_000);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"payload: !foo {a: 1}", "a: !!set {a, b}", "a: !foo [1]"})
    void should_refuse_a_tag_on_a_collection(String body) {
        assertThatThrownBy(() -> read("application/yaml", body))
                .isInstanceOf(HttpErrorException.class)
                .hasMessageContaining("line 1, column")
                .hasMessageContaining("tag");
    }
}
