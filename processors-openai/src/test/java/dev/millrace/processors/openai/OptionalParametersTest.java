package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionalParametersTest {
    private static final Prompt NO_TOOLS = ToolPrompts.with();
    private static final JsonNode BODY = json("{'model':'m','input':[],'include':[],'store':false,'stream_options':{},"
            + "'reasoning':{'effort':'low'},'max_output_tokens':9,'temperature':1}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'param':'include','code':'unknown_parameter','message':'Unknown parameter'}} | include",
                "{'error':{'param':'include','message':'Encrypted content is not supported with this model.'}} | include",
                "{'error':{'param':'include[0]','code':'invalid_value','message':'Invalid value'}} | include",
                "{'error':{'param':'stream_options.include_obfuscation','message':'no'}} | stream_options",
                "{'error':{'param':'reasoning.effort','code':'unsupported_parameter','message':'no'}} | reasoning",
                "{'error':{'param':'temperature','code':'unsupported_value',"
                        + "'message':'Unsupported value: temperature. Only the default (1) value is supported.'}} | temperature",
                "{'error':{'message':'Unrecognized request argument supplied: include'}} | include",
                "{'error':{'message':'Unsupported parameter: `store`'}} | store",
                "{'message':'include is not supported'} | include",
                "{'detail':'the include parameter is not supported'} | include",
                "{'detail':'this model does not support include'} | include",
                "{'detail':[{'loc':['body','stream_options'],'msg':'Extra inputs are not permitted'}]} | stream_options",
                "{'error':'unknown field max_output_tokens'} | max_output_tokens"
            })
    void should_find_the_parameter_that_a_service_does_not_know(String error, String parameter) {
        assertThat(OptionalParameters.refused(ErrorBody.of(json(error)), BODY, NO_TOOLS))
                .contains(parameter);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'param':'reasoning.effort','code':'invalid_value','message':'Invalid value: x. Supported values"
                        + " are: low, medium and high.'}}",
                "{'error':{'param':'reasoning.effort','code':'unsupported_value','message':'Unsupported value: minimal is"
                        + " not supported with this model. Supported values are: low.'}}",
                "{'error':{'param':'max_output_tokens','code':'integer_below_min_value','message':'Expected a value >="
                        + " 16'}}",
                "{'error':{'param':'temperature','message':'temperature must be at most 2; 9 is not allowed'}}",
                "{'error':{'message':'temperature must be at most 2; 9 is not allowed'}}",
                "{'error':{'param':'input[3].content','message':'include is not supported here'}}",
                "{'error':{'param':'model','message':'unknown model'}}",
                "{'error':{'message':'unsupported input: a message must include a text'}}",
                "{'error':{'message':'the model is unknown in this store'}}",
                "{'error':{'message':'include'}}",
                "{'error':{'message':'unknown parameter input'}}",
                "no JSON"
            })
    void should_not_take_another_refusal_for_an_unknown_parameter(String error) {
        assertThat(OptionalParameters.refused(ErrorBody.parse(error.replace('\'', '"')), BODY, NO_TOOLS))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'param':'tools[0].strict','code':'unknown_parameter','message':'Unknown parameter'}} | strict",
                "{'error':{'message':'Unknown parameter: `tools[0].function.strict`.'}} | strict",
                "{'detail':[{'loc':['body','tools',0,'strict'],'msg':'Extra inputs are not permitted'}]} | strict",
                "{'error':{'message':'Unrecognized request argument supplied: strict'}} | strict",
                "{'error':{'message':'strict: true is not supported with this model'}} | strict-schemas",
                "{'error':{'message':'strict mode is not supported for this tool'}} | strict-schemas",
                "{'error':{'param':'tools[1].parameters','code':'invalid_function_parameters','message':'no'}} |"
                        + " strict-schemas",
                "{'message':'Invalid schema for function f: In context=(), x is not permitted.'} | strict-schemas"
            })
    void should_learn_that_tools_cannot_be_strict(String error, String parameter) {
        JsonNode body = json("{'tools':[{'strict':false},{'strict':true}]}");

        assertThat(OptionalParameters.refused(ErrorBody.of(json(error)), body, NO_TOOLS))
                .contains(parameter);
        assertThat(OptionalParameters.refused(
                        ErrorBody.of(json(error)), json("{'tools':[{'name':'strict'}]}"), NO_TOOLS))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'param':'tools[1].parameters','code':'invalid_function_parameters','message':'no'}}",
                "{'error':{'param':'tools[0].strict','code':'invalid_type','message':'Invalid type for"
                        + " `tools[0].strict`: expected a boolean'}}",
                "{'error':{'param':'tools','code':'unsupported_parameter','message':'tools are not supported'}}",
                "{'error':{'message':'tools is not supported with this model'}}"
            })
    void should_not_leave_out_tools_that_the_error_does_not_name(String error) {
        JsonNode body = json("{'tools':[{'strict':false}]}");

        assertThat(OptionalParameters.refused(ErrorBody.of(json(error)), body, NO_TOOLS))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'param':'tools[1].parameters','code':'invalid_function_parameters','message':'no'}}",
                "{'error':{'param':'tools[1].name','code':'invalid_value','message':'no'}}",
                "{'error':{'message':'Invalid schema for function `bad`: In context=(), array schema missing items.'}}",
                "{'error':{'message':'tools[1]: name is not valid'}}"
            })
    void should_leave_out_the_tool_that_a_refusal_names_until_its_schema_changes(String error) {
        Prompt prompt =
                ToolPrompts.with(ToolPrompts.tool("good", "{}"), ToolPrompts.tool("bad", "{'type':'nonsense'}"));
        ObjectNode body = ResponsesRequestBody.of(prompt, AgentLog.model("m"));
        String parameter = OptionalParameters.refused(ErrorBody.of(json(error)), body, prompt)
                .orElseThrow();

        assertThat(parameter).startsWith("tools.bad#");
        assertThat(ResponsesRequestBody.of(prompt.without(parameter), AgentLog.model("m"))
                        .path("tools")
                        .findValuesAsText("name"))
                .containsExactly("good");
        Prompt corrected = ToolPrompts.with(ToolPrompts.tool("bad", "{'type':'object'}"));
        assertThat(ResponsesRequestBody.of(corrected.without(parameter), AgentLog.model("m"))
                        .path("tools")
                        .findValuesAsText("name"))
                .containsExactly("bad");
        Prompt alone = ToolPrompts.with(ToolPrompts.tool("bad", "{'type':'nonsense'}"));
        assertThat(ResponsesRequestBody.of(alone.without(parameter), AgentLog.model("m"))
                        .has("tools"))
                .isFalse();
    }

    @Test
    void should_not_find_a_parameter_that_the_request_does_not_have() {
        ErrorBody error = ErrorBody.of(json("{'error':{'param':'include','message':'unknown parameter include'}}"));

        assertThat(OptionalParameters.refused(error, json("{'model':'m'}"), NO_TOOLS))
                .isEmpty();
    }

    /** An item that the service sent, but does not take back, would end the conversation. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "input[1].type | Invalid value: 'hologram'. Supported values are: 'message'. | items.hologram",
                "`` | input[1]: unknown item | items.hologram",
                "`` | Cannot determine type of 'item' | items.hologram",
                "input[0].type | Invalid value | ``",
                "input[2].id | Invalid id | ``",
                "input[9].type | Invalid value | ``"
            })
    void should_learn_that_a_service_does_not_take_back_an_item(String parameter, String message, String learned) {
        JsonNode body = json("{'model':'m','input':[{'type':'message','role':'user'},{'type':'hologram','id':'h'},"
                + "{'type':'function_call','call_id':'a'}]}");

        assertThat(OptionalParameters.refused(new ErrorBody("", "", message, parameter, 0), body, NO_TOOLS)
                        .orElse(""))
                .isEqualTo(learned);
    }

    @Test
    void should_leave_out_only_parameters_that_can_be_left_out() {
        ObjectNode body = BODY.deepCopy();
        OptionalParameters.leaveOut(body, Set.of("include", "temperature", "model", "input", "nonsense"));

        assertThat(body.has("include")).isFalse();
        assertThat(body.has("temperature")).isFalse();
        assertThat(body.has("model")).isTrue();
        assertThat(body.has("input")).isTrue();
        assertThat(body.has("store")).isTrue();
    }

    private static JsonNode json(String json) {
        return JsonCodec.parse(json.replace('\'', '"').replace('`', '\''));
    }
}
