package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.Message;
import dev.millrace.processors.agent.model.ModelItem.Refusal;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the item is if the accounts of a response differ. */
class ResponseAccountsTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Recording said = new Recording();
    private final ResponseStreamReader reader = new ResponseStreamReader(said);

    /** What an item can be: how its pieces, its complete part and the item itself look. */
    enum Kind {
        TEXT("output_text", "text"),
        REFUSAL("refusal", "refusal"),
        ARGUMENTS("function_call_arguments", "arguments"),
        CUSTOM("custom_tool_call_input", "input");

        final String event;
        final String field;

        Kind(String event, String field) {
            this.event = event;
            this.field = field;
        }

        ObjectNode item(String said) {
            ObjectNode item = JSON.objectNode().put("id", "i");
            if (this == ARGUMENTS || this == CUSTOM) {
                item.put("type", this == CUSTOM ? "custom_tool_call" : "function_call");
                return item.put("call_id", "c").put("name", "f").put(field, said);
            }
            item.put("type", "message")
                    .put("role", "assistant")
                    .putArray("content")
                    .addObject()
                    .put("type", event)
                    .put(field, said);
            return item;
        }

        ModelItem expected(String said) {
            return switch (this) {
                case TEXT -> new Message(said);
                case REFUSAL -> new Refusal(said);
                case ARGUMENTS -> new ToolCall("c", "f", said);
                case CUSTOM ->
                    new ToolCall("c", "f", JsonCodec.writeText(JSON.objectNode().put("input", said)));
            };
        }

        /** A text of which each beginning and each end is shorter than the half that counts as contradiction. */
        String whole() {
            return this == ARGUMENTS ? "{\"a\":1,\"b\":\"two three\"}" : "one two three";
        }
    }

    /** The done item comes after any number of pieces, so does the complete part, and the output has any end of it. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void should_keep_the_whole_of_an_item_wherever_an_account_of_it_is_too_short(Kind kind) {
        String whole = kind.whole();
        for (int early = 0; early <= whole.length(); early++) {
            for (String last : List.of("none", "", whole.substring(early), whole.substring(0, early), whole)) {
                List<JsonNode> events = new ArrayList<>();
                events.add(itemEvent("added", kind.item("")));
                events.add(delta(kind, whole.substring(0, early)));
                events.add(part(kind, whole.substring(0, early)));
                events.add(itemEvent("done", kind.item(whole.substring(0, early))));
                events.add(delta(kind, whole.substring(early)));
                assertThat(items(events, last.equals("none") ? null : kind.item(last)))
                        .as("done after %s, output %s", early, last)
                        .containsExactly(kind.expected(whole));
            }
        }
    }

    /** Each account alone. The pieces of a call do not say its name; the item that was added does. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void should_take_an_item_from_the_only_account(Kind kind) {
        String whole = kind.whole();
        JsonNode added = itemEvent("added", kind.item(""));

        assertThat(items(List.of(added, delta(kind, whole)), null)).containsExactly(kind.expected(whole));
        assertThat(items(List.of(added, part(kind, whole)), null)).containsExactly(kind.expected(whole));
        assertThat(items(List.of(itemEvent("done", kind.item(whole))), null)).containsExactly(kind.expected(whole));
        assertThat(items(List.of(), kind.item(whole))).containsExactly(kind.expected(whole));
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                Arguments.of(Kind.TEXT, "a\ufffd\ufffdb", "a😀b", "a😀b"),
                Arguments.of(Kind.TEXT, "hellohello", "hello", "hello"),
                Arguments.of(Kind.TEXT, " hello\n", "hello", "hello"),
                Arguments.of(Kind.ARGUMENTS, "{\"a\":1}{\"a\":1}", "{\"a\":1}", "{\"a\":1}"),
                Arguments.of(Kind.ARGUMENTS, "{ \"a\": 1 }", "{\"a\":1}", "{\"a\":1}"),
                Arguments.of(Kind.ARGUMENTS, "{\"a\":1}", "{}", "{\"a\":1}"),
                Arguments.of(Kind.ARGUMENTS, "{\"a\":", "{}", "{}"));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void should_believe_the_item_if_the_pieces_are_another_text(Kind kind, String pieces, String item, String whole) {
        assertThat(items(List.of(delta(kind, pieces), itemEvent("done", kind.item(item))), kind.item(item)))
                .containsExactly(kind.expected(whole));
    }

    @Test
    void should_believe_a_refusal_that_takes_a_text_back() {
        assertThat(items(List.of(delta(Kind.TEXT, "Sure, first you")), Kind.REFUSAL.item("No.")))
                .containsExactly(new Refusal("No."));
    }

    @Test
    void should_find_the_items_of_the_output_that_lacks_others() {
        ObjectNode call = Kind.ARGUMENTS.item("{}").put("id", "other").put("call_id", "c2");
        reader.event(
                "", "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"reasoning\"}}");
        event(itemEvent("done", Kind.TEXT.item("one")).put("output_index", 1));
        event(itemEvent("done", call).put("output_index", 2));
        ArrayNode output = JSON.arrayNode().add(call).add(Kind.TEXT.item("one two"));
        event(terminal("completed", "completed", output));

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.Reasoning(""), new Message("one two"), new ToolCall("c2", "f", "{}"));
    }

    @Test
    void should_take_the_order_of_the_output_if_events_have_no_index() {
        event(JSON.objectNode().put("type", "response.output_text.delta").put("delta", "hello"));
        ObjectNode reasoning = JSON.objectNode().put("type", "reasoning").put("id", "r");
        event(terminal("completed", "completed", JSON.arrayNode().add(reasoning).add(Kind.TEXT.item(""))));

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.Reasoning(""), new Message("hello"));
    }

    @ParameterizedTest
    @CsvSource({
        "completed, completed, completed",
        "completed, incomplete, incomplete",
        "completed, failed, failed",
        "completed, cancelled, failed",
        "incomplete, completed, completed",
        "incomplete, failed, failed",
        "failed, completed, completed",
        "failed, incomplete, incomplete",
        "cancelled, , failed",
        "completed, , completed",
        "completed, in_progress, completed",
        "incomplete, , incomplete",
        "failed, , failed"
    })
    void should_believe_the_status_more_than_the_name_of_the_event(String name, String status, String expected)
            throws Exception {
        event(terminal(name, status, JSON.arrayNode()));

        ModelResult end = said.outcome();
        String is = end instanceof ModelFailure
                ? "failed"
                : ((ModelResult.Response) end).incompleteReason().isPresent() ? "incomplete" : "completed";
        assertThat(is).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'error':{'code':'server_error','message':'m'}} | failed",
                "{'incomplete_details':{'reason':'max_output_tokens'}} | incomplete",
                "{'error':null,'incomplete_details':null} | completed"
            })
    void should_believe_what_a_completed_response_without_a_status_has(String response, String expected)
            throws Exception {
        reader.event("", ("{'type':'response.completed','response':" + response + "}").replace('\'', '"'));

        ModelResult end = said.outcome();
        assertThat(end instanceof ModelFailure).isEqualTo(expected.equals("failed"));
        if (end instanceof ModelResult.Response complete) {
            assertThat(complete.incompleteReason().isPresent()).isEqualTo(expected.equals("incomplete"));
        }
    }

    /** The text of the pieces is in the log already, and is marked as cut off there. */
    @Test
    void should_keep_items_of_a_cut_response_only_if_no_piece_came_after_them() {
        event(itemEvent("done", Kind.TEXT.item("one")));
        event(itemEvent("done", Kind.ARGUMENTS.item("{}")).put("output_index", 1));
        event(delta(Kind.TEXT, "one two"));
        reader.eof(ModelFailure.of(FailureKind.TRUNCATED, "cut"));

        assertThat(said.items).extracting(OutputItem::item).containsExactly(new ToolCall("c", "f", "{}"));
        assertThat(said.ends).hasValue(1);
    }

    private static List<ModelItem> items(List<JsonNode> events, @Nullable ObjectNode last) {
        Recording said = new Recording();
        ResponseStreamReader reader = new ResponseStreamReader(said);
        events.forEach(event -> reader.event("", JsonCodec.writeText(event)));
        ArrayNode output = JSON.arrayNode();
        if (last != null) {
            output.add(last);
        }
        reader.event("", JsonCodec.writeText(terminal("completed", "completed", output)));
        assertThat(said.ends).hasValue(1);
        return said.items.stream().map(OutputItem::item).toList();
    }

    private void event(JsonNode event) {
        reader.event("", JsonCodec.writeText(event));
    }

    private static ObjectNode itemEvent(String what, ObjectNode item) {
        ObjectNode event = JSON.objectNode().put("type", "response.output_item." + what);
        event.put("output_index", 0).set("item", item);
        return event;
    }

    private static ObjectNode delta(Kind kind, String text) {
        return about(kind, ".delta").put("delta", text);
    }

    private static ObjectNode part(Kind kind, String text) {
        return about(kind, ".done").put(kind.field, text);
    }

    private static ObjectNode about(Kind kind, String end) {
        return JSON.objectNode()
                .put("type", "response." + kind.event + end)
                .put("output_index", 0)
                .put("item_id", "i");
    }

    private static ObjectNode terminal(String name, @Nullable String status, ArrayNode output) {
        ObjectNode event = JSON.objectNode().put("type", "response." + name);
        ObjectNode response = event.putObject("response");
        if (status != null) {
            response.put("status", status);
        }
        response.set("output", output);
        return event;
    }
}
