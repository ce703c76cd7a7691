package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Usage;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageStreamReaderTest {
    private static final String START =
            "{'type':'message_start','message':{'id':'msg_1','model':'m-1','role':'assistant','content':[],"
                    + "'usage':{'input_tokens':10,'cache_creation_input_tokens':20,'cache_read_input_tokens':300,"
                    + "'output_tokens':1}}}";
    private static final String STOP = "{'type':'message_stop'}";

    private final Recording said = new Recording();
    private final MessageStreamReader reader = new MessageStreamReader(said);

    @Test
    void should_read_every_kind_of_block() throws Exception {
        read(START);
        read("{'type':'ping'}");
        block(0, "{'type':'thinking','thinking':'','signature':''}");
        delta(0, "{'type':'thinking_delta','thinking':'h'}");
        delta(0, "{'type':'thinking_delta','thinking':'m'}");
        delta(0, "{'type':'signature_delta','signature':'signed'}");
        read("{'type':'content_block_stop','index':0}");
        block(1, "{'type':'redacted_thinking','data':'sealed'}");
        block(2, "{'type':'text','text':''}");
        delta(2, "{'type':'text_delta','text':'hel'}");
        delta(2, "{'type':'citations_delta','citation':{'type':'char_location','cited_text':'x'}}");
        delta(2, "{'type':'text_delta','text':'lo'}");
        block(3, "{'type':'tool_use','id':'toolu_1','name':'add','input':{}}");
        delta(3, "{'type':'input_json_delta','partial_json':''}");
        delta(3, "{'type':'input_json_delta','partial_json':'{\\\\'a\\\\':'}");
        delta(3, "{'type':'input_json_delta','partial_json':'1}'}");
        block(4, "{'type':'tool_use','id':'toolu_2','name':'now','input':{}}");
        delta(4, "{'type':'input_json_delta','partial_json':''}");
        read("{'type':'message_delta','delta':{'stop_reason':'tool_use'},'usage':{'output_tokens':15}}");
        assertThat(said.items).isEmpty();
        read(STOP);

        assertThat(said.deltas)
                .containsExactly(
                        new Delta(0, "reasoning", "h", 3),
                        new Delta(0, "reasoning", "m", 4),
                        new Delta(2, "text", "hel", 9),
                        new Delta(2, "text", "lo", 11),
                        new Delta(3, "arguments", "{\"a\":", 14),
                        new Delta(3, "arguments", "1}", 15));
        assertThat(said.items)
                .containsExactly(
                        item(new ModelItem.Reasoning("hm"), "{'type':'thinking','signature':'signed'}"),
                        item(new ModelItem.Reasoning(""), "{'type':'redacted_thinking','data':'sealed'}"),
                        new OutputItem(new ModelItem.Message("hello"), Optional.empty()),
                        new OutputItem(new ModelItem.ToolCall("toolu_1", "add", "{\"a\":1}"), Optional.empty()),
                        new OutputItem(new ModelItem.ToolCall("toolu_2", "now", "{}"), Optional.empty()));
        assertThat(said.outcome())
                .isEqualTo(new ModelResult.Response(
                        Optional.of("msg_1"),
                        Optional.of("m-1"),
                        Optional.empty(),
                        Optional.of(new Usage(330, 15, Optional.of(300L), Optional.empty(), false))));
    }

    @Test
    void should_take_the_latest_count_of_each_kind_of_token() throws Exception {
        read(START);
        read("{'type':'message_delta','delta':{},'usage':{'output_tokens':5}}");
        read("{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':null,"
                + "'cache_read_input_tokens':100,'output_tokens':9,'output_tokens_details':{'thinking_tokens':4}}}");
        read(STOP);

        assertThat(said.outcome().usage()).contains(new Usage(130, 9, Optional.of(100L), Optional.of(4L), false));
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, ",
        "stop_sequence, ",
        "tool_use, ",
        "max_tokens, max_output_tokens",
        "pause_turn, pause_turn",
        "model_context_window_exceeded, model_context_window_exceeded",
        "invented_yesterday, invented_yesterday"
    })
    void should_tell_why_a_response_ended(String reason, String incomplete) throws Exception {
        read(START);
        read("{'type':'message_delta','delta':{'stop_reason':'" + reason + "'},'usage':{'output_tokens':1}}");
        read(STOP);

        assertThat(((ModelResult.Response) said.outcome()).incompleteReason())
                .isEqualTo(Optional.ofNullable(incomplete));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | '' | The service refused to answer and gave no reason.",
                "I cannot do that. | '' | I cannot do that.",
                "'' | not allowed | not allowed"
            })
    void should_make_a_refusal_of_the_words_of_the_service(String text, String explanation, String refusal)
            throws Exception {
        read(START);
        block(0, "{'type':'text','text':'" + text + "'}");
        read("{'type':'message_delta','delta':{'stop_reason':'refusal','stop_details':{'explanation':'" + explanation
                + "'}},'usage':{'output_tokens':1}}");
        read(STOP);

        assertThat(said.items).containsExactly(new OutputItem(new ModelItem.Refusal(refusal), Optional.empty()));
        assertThat(((ModelResult.Response) said.outcome()).incompleteReason()).isEmpty();
    }

    @Test
    void should_keep_the_text_before_a_refusal_with_an_explanation() {
        read(START);
        text(0, "First, you");
        read("{'type':'message_delta','delta':{'stop_reason':'refusal','stop_details':{'explanation':'harmful'}}}");
        read(STOP);

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.Message("First, you"), new ModelItem.Refusal("harmful"));
    }

    @Test
    void should_begin_again_with_a_second_start() throws Exception {
        read(START);
        text(0, "dropped");
        text(1, "dropped too");
        read("{'type':'message_delta','delta':{'stop_reason':'max_tokens'},'usage':{'output_tokens':50}}");
        read(START.replace("msg_1", "msg_2"));
        text(0, "answer");
        read("{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':3}}");
        read(STOP);

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.Message("answer"), new ModelItem.Message(""));
        ModelResult.Response response = (ModelResult.Response) said.outcome();
        assertThat(response.responseId()).contains("msg_2");
        assertThat(response.incompleteReason()).isEmpty();
        assertThat(response.usage()).map(Usage::outputTokens).contains(3L);
    }

    @ParameterizedTest
    @CsvSource({
        "overloaded_error, OVERLOADED",
        "rate_limit_error, RATE_LIMIT",
        "api_error, OVERLOADED",
        "billing_error, QUOTA",
        "authentication_error, AUTH",
        "timeout_error, TRUNCATED",
        "invalid_request_error, INVALID_REQUEST"
    })
    void should_classify_an_error_in_the_stream(String type, FailureKind expected) throws Exception {
        read(START);
        text(0, "hel");
        read("{'type':'error','error':{'type':'" + type + "','message':'no'}}");
        read(STOP);
        reader.eof(ModelFailure.of(FailureKind.NETWORK, "x"));

        assertThat(said.failure().kind()).isEqualTo(expected);
        assertThat(said.failure().code()).contains(type);
        assertThat(said.failure().message()).isEqualTo("no");
        assertThat(said.failure().usage()).isEmpty();
        assertThat(said.items).isEmpty();
        assertThat(said.ends).hasValue(1);
    }

    @Test
    void should_count_a_stream_without_its_end_as_cut_off() throws Exception {
        read(START);
        text(0, "hello");
        read("{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':7}}");
        assertThat(said.isOver()).isFalse();
        reader.eof(ModelFailure.of(FailureKind.TRUNCATED, "cut"));

        assertThat(said.failure().kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(said.failure().usage()).map(Usage::outputTokens).contains(7L);
    }

    @Test
    void should_accept_a_block_without_a_start_or_an_index() {
        read("{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'hm'}}");
        read("{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'he'}}");
        read("{'type':'content_block_delta','delta':{'type':'text_delta','text':'llo'}}");
        read("{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':'{}'}}");
        read(STOP);

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(
                        new ModelItem.Reasoning("hm"),
                        new ModelItem.Message("hello"),
                        new ModelItem.ToolCall("", "", "{}"));
    }

    @Test
    void should_accept_arguments_in_the_start_of_a_block() {
        block(0, "{'type':'tool_use','id':'t','name':'add','input':{'a':1}}");
        read(STOP);

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.ToolCall("t", "add", "{\"a\":1}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "hello | | hello",
                "hel | lo | hello",
                "hello | hel,lo | hello",
                "hel | hel,lo | hello",
                "| hel,lo | hello"
            })
    void should_take_a_text_from_the_start_and_the_pieces_of_a_block(String start, String pieces, String text) {
        String begin = start == null ? "" : start;
        block(0, "{'type':'text','text':'" + begin + "'}");
        block(1, "{'type':'thinking','thinking':'" + begin + "'}");
        for (String piece : pieces == null ? new String[0] : pieces.split(",", -1)) {
            delta(0, "{'type':'text_delta','text':'" + piece + "'}");
            delta(1, "{'type':'thinking_delta','thinking':'" + piece + "'}");
        }
        read(STOP);

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.Message(text), new ModelItem.Reasoning(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'a':1} | {} | {'a':1}",
                "{'a':1} | {'a' | {'a':1}",
                "{'a':1} | {'a':1,'b':2} | {'a':1,'b':2}",
                "{} | {'a':1} | {'a':1}",
                "{} | {'a' | {'a'"
            })
    void should_take_the_longer_arguments_of_the_start_and_the_pieces(String start, String piece, String arguments) {
        block(0, "{'type':'tool_use','id':'t','name':'add','input':" + start + "}");
        reader.event(
                "",
                JsonCodec.writeText(JsonNodeFactory.instance
                        .objectNode()
                        .put("type", "content_block_delta")
                        .put("index", 0)
                        .set(
                                "delta",
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("type", "input_json_delta")
                                        .put("partial_json", piece.replace('\'', '"')))));
        read(STOP);

        assertThat(said.items)
                .extracting(OutputItem::item)
                .containsExactly(new ModelItem.ToolCall("t", "add", arguments.replace('\'', '"')));
    }

    @Test
    void should_keep_the_content_of_a_start_and_the_reason_of_the_end() throws Exception {
        read("{'type':'message_start','message':{'content':[{'type':'text','text':'all at once'}]}}");
        read("{'type':'message_delta','delta':{'stop_reason':'max_tokens'},'usage':{}}");
        read("{'type':'message_delta','delta':{'stop_reason':null},'usage':{'output_tokens':2}}");
        read(STOP);

        assertThat(said.items).extracting(OutputItem::item).containsExactly(new ModelItem.Message("all at once"));
        assertThat(((ModelResult.Response) said.outcome()).incompleteReason()).contains("max_output_tokens");
    }

    @Test
    void should_keep_a_block_of_an_unknown_type_as_it_is() {
        block(0, "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}}");
        delta(0, "{'type':'input_json_delta','partial_json':'{}'}");
        read(STOP);

        assertThat(said.items)
                .containsExactly(item(
                        new ModelItem.Other("server_tool_use"),
                        "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':'{}'}"));
    }

    @Test
    void should_pass_over_what_it_does_not_know() {
        read("{'type':'invented_yesterday','x':1}");
        read("[1,2]");
        reader.event("content_block_delta", "{not json");
        reader.event("", "");
        delta(0, "{'type':'invented_delta','x':1}");
        reader.event("content_block_delta", "{\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"named\"}}");

        assertThat(said.text()).isEqualTo("named");
        assertThat(said.isOver()).isFalse();
    }

    @Test
    void should_hear_nothing_after_the_end() {
        read(STOP);
        text(0, "late");
        read(STOP);

        assertThat(said.deltas).isEmpty();
        assertThat(said.ends).hasValue(1);
    }

    @Test
    void should_accept_an_error_without_a_type() throws Exception {
        read("{'error':{'message':'boom','code':500}}");

        assertThat(said.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
    }

    private void text(int index, String text) {
        block(index, "{'type':'text','text':''}");
        delta(index, "{'type':'text_delta','text':'" + text + "'}");
        read("{'type':'content_block_stop','index':" + index + "}");
    }

    private void block(int index, String block) {
        read("{'type':'content_block_start','index':" + index + ",'content_block':" + block + "}");
    }

    private void delta(int index, String delta) {
        read("{'type':'content_block_delta','index':" + index + ",'delta':" + delta + "}");
    }

    private void read(String json) {
        reader.event("", json.replace("\\\\'", "\\\"").replace('\'', '"'));
    }

    private static OutputItem item(ModelItem item, String opaque) {
        return new OutputItem(item, Optional.of(JsonCodec.parse(opaque.replace('\'', '"'))));
    }
}
