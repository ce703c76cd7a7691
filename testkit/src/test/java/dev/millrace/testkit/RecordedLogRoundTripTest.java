package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.log.RecordedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedLogRoundTripTest {
    private static final List<String> NASTY = List.of(
            "",
            " ",
            "  x",
            "x  ",
            "no",
            "NULL",
            "~",
            "017",
            "1_000",
            "0x1F",
            ".5",
            "1e3",
            "12:30",
            "true",
            "-",
            "- a",
            "---",
            "...",
            "? a",
            ": a",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "a:b",
            "::",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "|",
            ">",
            "{}",
            "[]",
            "{a: b}",
            "[a, b]",
            "a, b",
            "'a'",
            "\"a\"",
            "it's",
            "<<",
            "=",
            "\t",
            "a\tb",
            "\n",
            "a\n",
            "\na",
            "a\n\n",
            "a\nb",
            "a\n b\n",
            "a \nb",
            "a\r\nb",
            "\r",
            "a\u0000b",
            "\u0007",
            "\u007f",
            "\u0085",
            "a\u2028b",
            "\u2029",
            "\uFEFF",
            "\uFFFE",
            "\uFFFF",
            "\uD800",
            "\uDC00a",
            "😀",
            "a\u00A0b",
            "e\u0301",
            "日本語",
            "日本\n語",
            "שלום",
            "\u202Eabc",
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            "https://a.b/c?d=e#f",
            "C:\\a\\b",
            "yes?",
            "x".repeat(5_000),
            "lorem ipsum ".repeat(500) + "\nend",
            "a:".repeat(5_000) + "b",
            "a\u200Bb");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "-1",
            "9007199254740993",
            "9223372036854775808",
            "123456789012345678901234567890",
            "1.10",
            "-0.0",
            "1e3",
            "1E-7",
            "2.50e+10",
            "0.1000000000000000055511151231257827",
            "1e400",
            "100000000000000000000.0");

    static List<String> nasty() {
        return NASTY;
    }

    @ParameterizedTest
    @MethodSource("nasty")
    void should_read_back_a_text_as_value_key_item_type_and_idempotency_key(String text) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("value", text)
                .putArray("items")
                .add(text)
                .add(1)
                .addObject()
                .put(text, text);
        payload.putObject("object").putObject(text).put(text + text, text);
        Event event = event(1, text.isBlank() ? "t" : text, payload)
                .idempotencyKey(text.isBlank() ? Optional.empty() : Optional.of(text))
                .metadata(payload.deepCopy())
                .source(payload.deepCopy())
                .build();

        assertSurvives(List.of(event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "1.10", "1e3", "0e3", "-12E-7", "2.50e10", "9223372036854775808", "1e400"})
    void should_read_back_a_number_with_all_its_digits(String number) {
        JsonNode payload = JsonCodec.parse("{\"n\":" + number + "}");

        List<Event> back = RecordedLog.parse(
                        RecordedLog.write(List.of(event(1, "t", payload).build())), "back")
                .events();

        assertThat(back.get(0).payloadJson().toString()).isEqualTo(payload.toString());
    }

    @Test
    void should_read_back_any_log() {
        for (long seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            List<Event> events = new ArrayList<>();
            long offset = 0;
            for (int i = random.nextInt(5); i >= 0; i--) {
                offset += 1 + random.nextInt(3);
                Event.Builder builder = event(offset, "t" + random.nextInt(9), object(random, 3));
                if (random.nextBoolean()) {
                    builder.metadata(object(random, 2));
                    builder.source(object(random, 2));
                }
                events.add(builder.build());
            }
            assertSurvives(events, "seed " + seed);
        }
    }

    @Test
    void should_be_read_by_another_reader_in_the_same_way() throws IOException {
        for (String text : NASTY) {
            if (isLoneSurrogate(text)) {
                continue; // the other reader writes lone surrogates as question marks
            }
            ObjectNode payload = JsonNodeFactory.instance.objectNode();
            payload.put("value", text).putArray("items").add(text).addObject().put("k", text);
            String yaml = RecordedLog.write(List.of(
                    event(1, "t", payload).build(), event(2, "t", payload).build()));

            try (MappingIterator<JsonNode> read =
                    new YAMLMapper().readerFor(JsonNode.class).readValues(yaml)) {
                assertThat(read.readAll())
                        .as(yaml)
                        .allSatisfy(node -> assertThat(node.get("payload")).isEqualTo(payload));
            }
        }
    }

    @Test
    void should_read_what_a_server_writes() throws IOException {
        YAMLFactory yaml = YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .stringQuotingChecker(new NamesQuoted())
                .build();
        for (String text : NASTY) {
            if (isLoneSurrogate(text)) {
                continue; // JSON in UTF-8 cannot have it in a name
            }
            ObjectNode payload = JsonNodeFactory.instance.objectNode();
            payload.put("value", text).putObject("object").put(text, text).putObject(text + text);
            Event event = event(1, text.isBlank() ? "t" : text, payload).build();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (JsonParser parser = JsonCodec.parser(JsonCodec.write(JsonCodec.toTree(event)));
                    JsonGenerator generator = yaml.createGenerator(out)) {
                while (parser.nextToken() != null) {
                    if (parser.currentToken().isNumeric()) {
                        generator.writeNumber(JsonCodec.yamlNumber(parser.getText()));
                    } else {
                        JsonCodec.copyToken(parser, generator);
                    }
                }
            }

            String written = out.toString(StandardCharsets.UTF_8);
            assertThat(RecordedLog.parse(written, "server").events())
                    .as(written)
                    .containsExactly(event);
        }
    }

    @Test
    void should_read_a_long_log_of_more_than_the_library_allows_by_default() {
        String big = "x".repeat(3_200_000);

        assertSurvives(
                List.of(event(1, "t", JsonNodeFactory.instance.objectNode().put("big", big))
                        .build()));
    }

    private static boolean isLoneSurrogate(String text) {
        return text.startsWith("\uD800") || text.startsWith("\uDC00");
    }

    private static void assertSurvives(List<Event> events, Object... note) {
        String yaml = RecordedLog.write(events);
        assertThat(RecordedLog.parse(yaml, "back").events())
                .as("%s%n%s", List.of(note), yaml.length() < 4_000 ? yaml : "…")
                .isEqualTo(events);
    }

    private static Event.Builder event(long offset, String type, JsonNode payload) {
        Event.Builder builder = Event.builder();
        builder.path(StreamPath.of("/agents/1"))
                .offset(offset)
                .type(type)
                .payloadJson(payload)
                .createdAt(Instant.ofEpochMilli(1_767_225_600_000L + offset));
        return builder;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.set(text(random), value(random, depth));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0:
                return JsonNodeFactory.instance.booleanNode(random.nextBoolean());
            case 1:
                return JsonNodeFactory.instance.nullNode();
            case 2:
                return JsonCodec.parse(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 5:
                return object(random, depth - 1);
            case 6:
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                return array;
            default:
                return JsonNodeFactory.instance.textNode(text(random));
        }
    }

    private static String text(Random random) {
        if (random.nextInt(3) == 0) {
            return NASTY.get(random.nextInt(NASTY.size()));
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> text.append("\n :#-\t\"'\\{}[],&*!|>%@`~?".charAt(random.nextInt(24)));
                case 1 -> text.append((char) random.nextInt(0x10000));
                case 2 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    /** As the server quotes names. */
    private static final class NamesQuoted extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteName(String name) {
            return super.needToQuoteName(name) || !name.matches("[\\p{L}_$/][\\p{L}\\p{N}_$/. -]*");
        }
    }
}
