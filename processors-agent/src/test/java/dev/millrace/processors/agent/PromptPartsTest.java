package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.PromptPart.Output;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptPartsTest {
    private static final Origin ORIGIN = new Origin("fake", Optional.empty(), "m", Optional.empty());
    private static final PromptPart.Input ASKED = new PromptPart.Input("user", TextNode.valueOf("hi"));

    @Test
    void should_answer_each_call_once_after_its_output_in_the_order_of_the_calls() {
        List<PromptPart> parts = parts(List.of(call("b", "g", "{}"), message("text"), call("a", "f", "{\"x\":1}")));

        assertThat(parts)
                .containsExactly(
                        ASKED,
                        output(call("b", "g", "{}"), message("text"), call("a", "f", "{\"x\":1}")),
                        new ToolResult("b", CallResult.NOT_RUN),
                        new ToolResult("a", CallResult.NOT_RUN),
                        ASKED);
    }

    @Test
    void should_make_call_ids_unique_in_the_whole_prompt() {
        List<PromptPart> parts =
                parts(List.of(call("a", "f", "{}"), call("a", "f", "{}")), List.of(call("a_2", "f", "{}")));

        assertThat(callIds(parts)).containsExactly("a", "a_2", "a_2_2");
    }

    @Test
    void should_make_long_equal_call_ids_unique_within_64_characters() {
        String longest = "x".repeat(64);
        List<PromptPart> parts = parts(List.of(call(longest, "f", "{}"), call(longest, "f", "{}")));

        assertThat(callIds(parts)).containsExactly(longest, "x".repeat(62) + "_2");
    }

    @Test
    void should_make_equal_call_ids_unique_in_linear_time() {
        String longest = "x".repeat(60);
        LinearTimeCheck.of("call ids", text -> {
                    List<OutputItem> calls = new ArrayList<>();
                    for (int i = 0; i < text.length() / 4; i++) {
                        calls.add(call("a", "f", "{}"));
                        calls.add(call(longest + i / 2, "f", "{}"));
                    }
                    assertThat(callIds(parts(calls))).doesNotHaveDuplicates().hasSize(calls.size());
                })
                .check(List.of(HostileText.repeated("a")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'t':'\\ud83d'} | {'t':'\ufffd'}",
                "{'t':'\\uDE00 a'} | {'t':'\ufffd a'}",
                "{'\\ud83d\\ude00':1.50,'t':['\\udbff']} | {'😀':1.50,'t':['\ufffd']}",
                "{'t': '\\ud83d\\ude00'} | {'t': '\\ud83d\\ude00'}",
                "{'t': '\\\\ud83d'} | {'t': '\\\\ud83d'}"
            })
    void should_repair_half_surrogate_pairs_that_are_escaped_in_arguments(String written, String sent) {
        assertThat(parts(List.of(call("a", "f", written.replace('\'', '"')))))
                .contains(output(call("a", "f", sent.replace('\'', '"'))));
    }

    @Test
    void should_replace_call_ids_that_a_provider_may_refuse() {
        List<PromptPart> parts =
                parts(List.of(call("", "f", "{}"), call("é", "f", "{}"), call("x".repeat(65), "f", "{}")));

        assertThat(callIds(parts)).containsExactly("call", "call_2", "call_3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"'' | unnamed", "get.weather now | get_weather_now", "😀 | _", "ok-1_A | ok-1_A"})
    void should_make_names_of_tools_that_a_provider_accepts(String name, String expected) {
        assertThat(sent(call("a", name, "{}")).name()).isEqualTo(expected);
    }

    @Test
    void should_shorten_a_long_name_of_a_tool() {
        assertThat(sent(call("a", "n".repeat(100), "{}")).name()).isEqualTo("n".repeat(64));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":[1]} | {\"a\":[1]}",
                "`` | {}",
                "`  ` | {}",
                "{\"a\": | {\"text\":\"{\\\"a\\\":\"}",
                "[1] | {\"text\":\"[1]\"}",
                "null | {\"text\":\"null\"}",
                "words | {\"text\":\"words\"}"
            })
    void should_make_a_json_object_of_all_arguments(String arguments, String expected) {
        assertThat(sent(call("a", "f", arguments)).arguments()).isEqualTo(expected);
    }

    @Test
    void should_leave_blank_messages_out_and_outputs_without_items() {
        List<PromptPart> parts = parts(
                List.of(message(" \n")),
                List.of(),
                List.of(message(""), new OutputItem(new ModelItem.Refusal(""), Optional.empty()), message("text")));

        assertThat(parts).containsExactly(ASKED, ASKED, ASKED, output(message("text")), ASKED);
    }

    @Test
    void should_keep_opaque_data_beside_a_repaired_call() {
        var opaque = Optional.of(JsonCodec.parse("{\"id\":\"fc_1\"}"));
        List<PromptPart> parts = parts(List.of(new OutputItem(new ToolCall("", "f", ""), opaque)));

        assertThat(parts.get(1)).isEqualTo(output(new OutputItem(new ToolCall("call", "f", "{}"), opaque)));
    }

    @Test
    void should_keep_all_guarantees_for_random_conversations() {
        for (int seed = 0; seed < 1_000; seed++) {
            List<Transcript.Entry> entries = random(new Random(seed));
            List<PromptPart> parts = PromptParts.of(entries);

            assertWellFormed(parts, seed);
            for (int end = 0; end <= entries.size(); end++) {
                List<PromptPart> first = PromptParts.of(entries.subList(0, end));
                assertThat(parts.subList(0, first.size()))
                        .as("seed %d, first %d entries", seed, end)
                        .isEqualTo(first);
            }
        }
    }

    private static void assertWellFormed(List<PromptPart> parts, int seed) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Output output) {
                assertThat(output.items()).as("seed %d", seed).isNotEmpty();
                int result = i;
                for (OutputItem item : output.items()) {
                    if (item.item() instanceof ToolCall call) {
                        assertThat(call.callId()).as("seed %d", seed).matches("[A-Za-z0-9_-]{1,64}");
                        assertThat(call.name()).as("seed %d", seed).matches("[A-Za-z0-9_-]{1,64}");
                        assertThat(JsonCodec.parse(call.arguments()).isObject())
                                .as("seed %d: %s", seed, call)
                                .isTrue();
                        assertThat(seen.add(call.callId())).as("seed %d", seed).isTrue();
                        assertThat(parts.get(++result))
                                .as("seed %d", seed)
                                .isEqualTo(new ToolResult(call.callId(), CallResult.NOT_RUN));
                    } else if (item.item() instanceof ModelItem.Message message) {
                        assertThat(message.text()).as("seed %d", seed).isNotBlank();
                    }
                }
            }
        }
        assertThat(parts.stream().filter(ToolResult.class::isInstance)).hasSize(seen.size());
        assertThat(parts.get(parts.size() - 1)).isNotInstanceOf(Output.class);
    }

    private static List<Transcript.Entry> random(Random random) {
        List<String> ids = List.of("", "a", "a_2", "b c", "call", "call_2", "y".repeat(64), "y".repeat(80), "é");
        List<String> names = List.of("", "f", "two words", "z".repeat(65), "😀");
        List<String> arguments = List.of("", "{}", "[]", "{", "null", "1", "\"x\"", "{\"a\":\"b\"}", "\u0000");
        List<Transcript.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            entries.add(new Transcript.Entry(i, 0, ASKED, List.of()));
            List<OutputItem> items = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                items.add(
                        random.nextInt(3) == 0
                                ? message(random.nextBoolean() ? " " : "text")
                                : call(pick(ids, random), pick(names, random), pick(arguments, random)));
            }
            entries.add(new Transcript.Entry(i, i + 1, new Output(ORIGIN, items), List.of()));
        }
        entries.add(new Transcript.Entry(99, 0, ASKED, List.of()));
        return entries;
    }

    private static String pick(List<String> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    private static OutputItem message(String text) {
        return new OutputItem(new ModelItem.Message(text), Optional.empty());
    }

    private static OutputItem call(String id, String name, String arguments) {
        return new OutputItem(new ToolCall(id, name, arguments), Optional.empty());
    }

    private static Output output(OutputItem... items) {
        return new Output(ORIGIN, List.of(items));
    }

    private static ToolCall sent(OutputItem call) {
        return (ToolCall) ((Output) parts(List.of(call)).get(1)).items().get(0).item();
    }

    /** A conversation with these outputs, each between two inputs. */
    @SafeVarargs
    private static List<PromptPart> parts(List<OutputItem>... outputs) {
        List<Transcript.Entry> entries = new ArrayList<>();
        for (List<OutputItem> items : outputs) {
            entries.add(new Transcript.Entry(1, 0, ASKED, List.of()));
            entries.add(new Transcript.Entry(1, 2, new Output(ORIGIN, items), List.of()));
        }
        entries.add(new Transcript.Entry(3, 0, ASKED, List.of()));
        return PromptParts.of(entries);
    }

    private static List<String> callIds(List<PromptPart> parts) {
        List<String> ids = new ArrayList<>();
        for (PromptPart part : parts) {
            if (part instanceof ToolResult result) {
                ids.add(result.callId());
            }
        }
        return ids;
    }
}
