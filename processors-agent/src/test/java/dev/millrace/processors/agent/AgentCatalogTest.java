package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Usage;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of events that earlier versions stored. */
class AgentCatalogTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'message','id':'m','role':'assistant','content':[{'type':'output_text','text':'a'},"
                        + "{'type':'output_text','text':'b'}]} | {'type':'message','text':'ab'}",
                "{'type':'message','content':'plain'} | {'type':'message','text':'plain'}",
                "{'type':'message'} | {'type':'message','text':''}",
                "{'content':'no type'} | {'type':'message','text':'no type'}",
                "{'type':'message','content':[{'type':'refusal','refusal':'no'}]} | {'type':'refusal','text':'no'}",
                "{'type':'message','role':'user','content':'x'} | {'type':'other','kind':'message'}",
                "{'type':'reasoning','summary':[{'text':'a'}],'content':[{'text':'b'}]} | {'type':'reasoning','text':'ab'}",
                "{'type':'reasoning','encrypted_content':'x'} | {'type':'reasoning','text':''}",
                "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'} | "
                        + "{'type':'tool-call','callId':'c','name':'f','arguments':'{}'}",
                "{'type':'function_call'} | {'type':'tool-call','callId':'','name':'','arguments':''}",
                "{'type':'web_search_call','id':'w'} | {'type':'other','kind':'web_search_call'}",
                "{'type':'other'} | {'type':'other','kind':'other'}"
            })
    void should_convert_an_item_and_keep_it_whole_as_opaque_data(String old, String expected) {
        JsonNode stored = json(old);
        ModelItem item = JsonCodec.fromTree(json(expected), ModelItem.class);

        assertThat(OutputItem.read(stored, Optional.empty())).isEqualTo(new OutputItem(item, Optional.of(stored)));
        ItemCompleted completed =
                (ItemCompleted) decoded("llm-item-completed", "{'requestId':3,'outputIndex':1,'item':" + old + "}");
        assertThat(completed).isEqualTo(new ItemCompleted(3, 1, item, Optional.of(stored)));
    }

    @Test
    void should_convert_the_input_of_a_custom_tool_to_a_json_object() {
        JsonNode stored = json("{'type':'custom_tool_call','call_id':'c','name':'f','input':'x'}");

        assertThat(OutputItem.read(stored, Optional.empty()).item())
                .isEqualTo(new ModelItem.ToolCall("c", "f", "{\"input\":\"x\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'message','text':'a'}",
                "{'type':'refusal','text':''}",
                "{'type':'reasoning','text':'hm'}",
                "{'type':'tool-call','callId':'','name':'f','arguments':'{}'}",
                "{'type':'other','kind':'x'}"
            })
    void should_read_an_item_of_its_own_as_it_is(String own) {
        Optional<JsonNode> opaque = Optional.of(json("{'id':'x'}"));

        OutputItem read = OutputItem.read(json(own), opaque);

        assertThat(JsonCodec.toTree(read.item())).isEqualTo(json(own));
        assertThat(read.opaque()).isEqualTo(opaque);
        assertThat(decoded(
                        "llm-item-completed",
                        JsonCodec.writeText(JsonCodec.toTree(new ItemCompleted(3, 1, read.item(), opaque)))))
                .isEqualTo(new ItemCompleted(3, 1, read.item(), opaque));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "'text'", "1", "null"})
    void should_refuse_an_item_that_is_no_object(String item) {
        assertThatThrownBy(() -> OutputItem.read(json(item), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be an object");
    }

    @Test
    void should_convert_the_usage_that_the_service_sent() {
        assertThat(usage("{'input_tokens':10,'output_tokens':5,'total_tokens':15,"
                        + "'input_tokens_details':{'cached_tokens':4},'output_tokens_details':{'reasoning_tokens':2}}"))
                .contains(new Usage(10, 5, Optional.of(4L), Optional.of(2L), false));
        assertThat(usage("{'input_tokens':1}")).contains(Usage.of(1, 0));
        assertThat(usage("{'inputTokens':1,'outputTokens':2,'estimated':true}"))
                .contains(new Usage(1, 2, Optional.empty(), Optional.empty(), true));
        assertThat(usage("null")).isEmpty();
    }

    @Test
    void should_read_inputs_with_unknown_fields_and_the_only_delivery() {
        assertThat(decoded("agent-input-added", "{'content':'hi','delivery':'interrupt','from':'me'}"))
                .isEqualTo(new InputAdded(Optional.empty(), json("'hi'"), Optional.of("interrupt")));
    }

    @Test
    void should_refuse_a_delivery_that_it_does_not_support() {
        assertThatThrownBy(() -> new InputAdded(Optional.of("user"), json("'hi'"), Optional.of("queue")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queue")
                .hasMessageContaining("leave it out");
    }

    private static Optional<Usage> usage(String usage) {
        RequestCompleted completed = (RequestCompleted) decoded(
                "llm-request-completed", "{'requestId':3,'status':'completed','durationMs':5,'usage':" + usage + "}");
        return completed.usage();
    }

    private static Object decoded(String type, String payload) {
        return Event.builder()
                .path(StreamPath.of("/a"))
                .offset(5)
                .type(type)
                .payloadJson(json(payload))
                .createdAt(Instant.EPOCH)
                .build()
                .decodedBy(AgentEvent.catalog())
                .payload();
    }

    private static JsonNode json(String json) {
        return JsonCodec.parse(json.replace('\'', '"'));
    }
}
