package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesRequestValidatorTest {
    private static final String CALL = "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}";
    private static final String OUTPUT = "{'type':'function_call_output','call_id':'c1','output':'ok'}";
    private static final String REASONING = "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'x'}";
    private static final String USER = "{'role':'user','content':'hi'}";
    private static final String ASSISTANT =
            "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'hi','annotations':[]}]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                USER,
                USER + "," + ASSISTANT + "," + USER,
                CALL + "," + OUTPUT,
                USER + "," + REASONING + "," + ASSISTANT,
                REASONING + "," + CALL + "," + OUTPUT,
                "{'type':'something_new','x':1}"
            })
    void should_accept_a_conversation_that_is_whole(String items) {
        assertThat(ResponsesRequestValidator.problem(JsonCodec.parse(request(items))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CALL,
                OUTPUT,
                OUTPUT + "," + CALL,
                REASONING,
                REASONING + "," + USER,
                CALL + "," + REASONING + "," + OUTPUT,
                "{'type':'reasoning','id':'rs_1','summary':[]}," + ASSISTANT,
                "{'role':'tool','content':'x'}",
                "{'role':'user'}",
                "{'role':'user','content':[{'type':'output_text','text':'x'}]}",
                "{'role':'assistant','content':[{'type':'input_text','text':'x'}]}"
            })
    void should_refuse_a_conversation_that_is_broken(String items) {
        assertThat(ResponsesRequestValidator.problem(JsonCodec.parse(request(items))))
                .isPresent();
    }

    @Test
    void should_refuse_a_request_without_model_or_input() {
        assertThat(ResponsesRequestValidator.problem(JsonCodec.parse("{\"input\":\"hi\"}")))
                .isPresent();
        assertThat(ResponsesRequestValidator.problem(JsonCodec.parse("{\"model\":\"m\"}")))
                .isPresent();
        assertThat(ResponsesRequestValidator.problem(JsonCodec.parse("{\"model\":\"m\",\"input\":\"hi\"}")))
                .isEmpty();
    }

    private static String request(String items) {
        return ("{'model':'m','input':[" + items + "]}").replace('\'', '"');
    }
}
