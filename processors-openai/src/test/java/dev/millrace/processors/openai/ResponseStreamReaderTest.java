package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import dev.millrace.processors.agent.model.Usage;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponseStreamReaderTest {
    private final Recording said = new Recording();
    private final ResponseStreamReader reader = new ResponseStreamReader(said);

    @Test
    void should_read_every_kind_of_delta_by_output_index() {
        read("{'type':'response.reasoning_summary_text.delta','sequence_number':4,'output_index':0,'delta':'hm'}");
        read("{'type':'response.output_text.delta','sequence_number':5,'output_index':1,'item_id':'a','delta':'x'}");
        read("{'type':'response.output_text.delta','sequence_number':6,'output_index':1,'item_id':'b','delta':'y'}");
        read("{'type':'response.refusal.delta','sequence_number':7,'output_index':2,'delta':'no'}");
        read("{'type':'response.function_call_arguments.delta','sequence_number':8,'output_index':3,'delta':'{}'}");
        read("{'type':'response.output_text.delta','sequence_number':9,'output_index':1,'delta':''}");

        assertThat(said.deltas)
                .containsExactly(
                        new Delta(0, "reasoning", "hm", 4),
                        new Delta(1, "text", "x", 5),
                        new Delta(1, "text", "y", 6),
                        new Delta(2, "refusal", "no", 7),
                        new Delta(3, "arguments", "{}", 8));
    }

    @Test
    void should_succeed_only_with_a_terminal_event() throws Exception {
        read("{'type':'response.output_item.done','output_index':0,'item':{'type':'message'}}");
        reader.event("", "[DONE]");
        assertThat(said.isOver()).isFalse();

        read(
                "{'type':'response.completed','response':{'id':'r','model':'m-1','usage':{'input_tokens':2,'output_tokens':1},'output':[]}}");

        assertThat(said.outcome())
                .isEqualTo(new ModelResult.Response(
                        Optional.of("r"), Optional.of("m-1"), Optional.empty(), Optional.of(Usage.of(2, 1))));
        assertThat(said.items).hasSize(1);
    }

    @Test
    void should_make_one_failure_of_error_and_failed() throws Exception {
        read("{'type':'error','error':{'type':'insufficient_quota','code':'insufficient_quota','message':'pay'}}");
        read("{'type':'response.failed','response':{'error':{'code':'server_error','message':'x'}}}");
        reader.eof(ModelFailure.of(FailureKind.TRUNCATED, "x"));

        assertThat(said.ends).hasValue(1);
        assertThat(said.failure().kind()).isEqualTo(FailureKind.QUOTA);
        assertThat(said.failure().code()).contains("insufficient_quota");
        assertThat(said.failure().message()).isEqualTo("pay");
    }

    @Test
    void should_read_the_reasoning_of_servers_that_call_it_plainly_so() {
        read("{'type':'response.reasoning.delta','sequence_number':4,'output_index':0,'delta':'hm'}");
        read("{'type':'response.reasoning_text.delta','sequence_number':5,'output_index':0,'delta':'!'}");

        assertThat(said.deltas).containsExactly(new Delta(0, "reasoning", "hm", 4), new Delta(0, "reasoning", "!", 5));
    }

    @Test
    void should_read_the_usage_of_a_failed_response() throws Exception {
        read("{'type':'response.failed','response':{'error':{'code':'server_error','message':'x'},"
                + "'usage':{'input_tokens':7,'output_tokens':3,'output_tokens_details':{'reasoning_tokens':2}}}}");

        assertThat(said.failure().usage()).contains(new Usage(7, 3, Optional.empty(), Optional.of(2L), false));
    }

    @Test
    void should_accept_the_flat_form_of_an_error() throws Exception {
        read("{'type':'error','code':'request_timeout','message':'too slow','param':null}");

        assertThat(said.failure().kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void should_accept_an_error_without_a_type() throws Exception {
        read("{'error':{'message':'boom','code':500}}");

        assertThat(said.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
    }

    @Test
    void should_read_why_a_response_is_incomplete() throws Exception {
        read("{'type':'response.incomplete','response':{'incomplete_details':{'reason':'max_output_tokens'}}}");

        assertThat(((ModelResult.Response) said.outcome()).incompleteReason()).contains("max_output_tokens");
    }

    @Test
    void should_take_items_from_the_end_when_none_was_said_to_be_done() {
        read("{'type':'response.completed','response':{'output':[{'type':'message','id':'m1'},{'type':'x'}]}}");

        assertThat(said.items).hasSize(2);
    }

    @Test
    void should_make_a_message_of_text_that_never_became_an_item() {
        read("{'type':'response.output_text.delta','output_index':0,'delta':'hel'}");
        read("{'type':'response.output_text.delta','output_index':0,'delta':'lo'}");
        read("{'type':'response.completed','response':{'output':[]}}");

        assertThat(said.items).hasSize(1);
        assertThat(said.items.get(0).item()).isEqualTo(new ModelItem.Message("hello"));
    }

    @Test
    void should_pass_over_what_it_does_not_know() {
        read("{'type':'keepalive','sequence_number':3}");
        read("{'type':'response.invented_yesterday','x':1}");
        read("[1,2]");
        reader.event("response.output_text.delta", "{not json");
        reader.event("", "");
        reader.event("response.output_text.delta", "{\"delta\":\"named by its event field\",\"output_index\":0}");

        assertThat(said.text()).isEqualTo("named by its event field");
        assertThat(said.isOver()).isFalse();
    }

    @Test
    void should_hear_nothing_after_the_end() {
        read("{'type':'response.completed','response':{}}");
        read("{'type':'response.output_text.delta','output_index':0,'delta':'late'}");

        assertThat(said.deltas).isEmpty();
        assertThat(said.ends).hasValue(1);
    }

    private void read(String json) {
        reader.event("", json.replace('\'', '"'));
    }
}
