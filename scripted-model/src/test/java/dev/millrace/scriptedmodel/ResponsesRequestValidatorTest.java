package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of OpenAI and Open Responses for {@code POST /v1/responses}; {@link #common} ones hold in each dialect. */
class ResponsesRequestValidatorTest {
    private static final String INPUT = "{'model':'m','input':[%s]}";
    private static final String USER = "{'type':'message','role':'user','content':'hi'}";
    private static final String CALL = "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}";
    private static final String OUTPUT = "{'type':'function_call_output','call_id':'c1','output':'ok'}";
    private static final String PAIR = CALL + "," + OUTPUT;
    private static final String ASSISTANT =
            "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'hi','annotations':[]}]}";
    private static final String SEALED = "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'x'}";
    private static final String ID_64 = "fc_" + "a".repeat(61);
    private static final String ID_65 = "fc_" + "a".repeat(62);

    static Stream<Rule> common() {
        return Stream.of(
                Rule.of("items are objects", USER, "7", ""),
                Rule.of("an item has a type", USER, "{'role':'user','content':'hi'}", ""),
                Rule.of("a role is known", USER, "{'type':'message','role':'tool','content':'hi'}", ""),
                Rule.of("a message has a role", USER, "{'type':'message','content':'hi'}", ""),
                Rule.of("a message has content", USER, "{'type':'message','role':'user'}", ""),
                Rule.of(
                        "content has a part",
                        "{'type':'message','role':'user','content':[{'type':'input_text','text':'x'}]}",
                        "{'type':'message','role':'user','content':[]}",
                        "Invalid 'input[0].content': empty array."),
                Rule.of(
                        "the user has input parts",
                        "{'type':'message','role':'user','content':[{'type':'input_text','text':'x'}]}",
                        "{'type':'message','role':'user','content':[{'type':'output_text','text':'x'}]}",
                        ""),
                Rule.of(
                        "the assistant has output parts",
                        ASSISTANT + "," + USER,
                        ASSISTANT.replace("output_text", "input_text") + "," + USER,
                        "'output_text'"),
                Rule.of(
                        "a part has text",
                        USER,
                        "{'type':'message','role':'user','content':[{'type':'input_text'}]}",
                        ""),
                Rule.of(
                        "a message has a known status",
                        USER.replace("'role'", "'status':'completed','role'"),
                        USER.replace("'role'", "'status':'failed','role'"),
                        "Invalid value: 'failed'. Supported values are: 'in_progress', 'completed', and 'incomplete'."),
                Rule.of(
                        "a call has a known status",
                        PAIR.replace("'name'", "'status':'incomplete','name'"),
                        PAIR.replace("'name'", "'status':'cancelled','name'"),
                        "Invalid value: 'cancelled'."),
                Rule.of(
                        "an output has a known status",
                        PAIR.replace("'output':", "'status':'completed','output':"),
                        CALL + ",{'type':'function_call_output','call_id':'c1','status':'done','output':'ok'}",
                        "Invalid value: 'done'."),
                Rule.of(
                        "an id has 64 characters at most",
                        PAIR.replace("'name'", "'id':'" + ID_64 + "','name'"),
                        PAIR.replace("'name'", "'id':'" + ID_65 + "','name'"),
                        "Invalid 'input[0].id': string too long. Expected a string with maximum length 64, but got a"
                                + " string with length 65 instead."),
                Rule.of(
                        "an id has plain characters",
                        PAIR.replace("'name'", "'id':'fc_a-b','name'"),
                        PAIR.replace("'name'", "'id':'fc:a','name'"),
                        "Expected an ID that contains letters, numbers, underscores, or dashes"),
                Rule.of(
                        "an id does not end with an underscore",
                        PAIR.replace("'name'", "'id':'fc_a','name'"),
                        PAIR.replace("'name'", "'id':'fc_','name'"),
                        "Expected an ID that contains letters"),
                Rule.of(
                        "an id occurs once",
                        USER.replace("'role'", "'id':'msg_1','role'") + ","
                                + USER.replace("'role'", "'id':'msg_2','role'"),
                        USER.replace("'role'", "'id':'msg_1','role'") + ","
                                + USER.replace("'role'", "'id':'msg_1','role'"),
                        "Duplicate item found with id msg_1."),
                Rule.of(
                        "a function has a name of 64 characters",
                        PAIR.replace("'f'", "'" + "f".repeat(64) + "'"),
                        PAIR.replace("'f'", "'" + "f".repeat(65) + "'"),
                        "Invalid 'input[0].name': string too long."),
                Rule.of(
                        "a function has a plain name",
                        PAIR.replace("'f'", "'f_-1'"),
                        PAIR.replace("'f'", "'a.b'"),
                        "Invalid 'input[0].name': string does not match pattern. Expected a string that matches the"
                                + " pattern '^[a-zA-Z0-9_-]+$'."),
                Rule.of(
                        "a function has a name",
                        PAIR,
                        PAIR.replace("'f'", "''"),
                        "Invalid 'input[0].name': empty string."),
                Rule.of(
                        "a call has an id",
                        PAIR,
                        PAIR.replace("'c1'", "''"),
                        "Invalid 'input[0].call_id': empty string."),
                Rule.of(
                        "a call id has 64 characters at most",
                        PAIR.replace("c1", "c".repeat(64)),
                        PAIR.replace("c1", "c".repeat(65)),
                        "Invalid 'input[0].call_id': string too long."),
                Rule.of("arguments are a string", PAIR, PAIR.replace("'{}'", "{}"), ""),
                Rule.of("an output is there", PAIR, PAIR.replace("'output':'ok'", "'x':1"), ""),
                Rule.of("a call has an output", PAIR + "," + USER, CALL + "," + USER, ""),
                Rule.of(
                        "an output has a call",
                        PAIR,
                        OUTPUT,
                        "No tool call found for function call output with call_id c1."),
                Rule.of("an output comes after its call", PAIR, OUTPUT + "," + CALL, ""),
                Rule.of(
                        "an output comes once",
                        PAIR,
                        PAIR + "," + OUTPUT,
                        "No tool call found for function call output with call_id c1."),
                Rule.of(
                        "calls that are open have different ids",
                        CALL + "," + CALL.replace("c1", "c2") + "," + OUTPUT + "," + OUTPUT.replace("c1", "c2"),
                        CALL + "," + CALL + "," + OUTPUT,
                        "No tool output found for function call c1."));
    }

    static Stream<Rule> openAi() {
        return Stream.of(
                Rule.of(
                        "an item has a type",
                        USER,
                        "{'role':'user','content':'hi'}",
                        "Invalid value: ''. Supported values are: 'additional_tools', 'agent_message',"),
                Rule.of(
                        "a type is known",
                        "{'type':'web_search_call','id':'ws_1','status':'completed'}",
                        "{'type':'acme:search','id':'x_1'}",
                        "Invalid value: 'acme:search'. Supported values are: "),
                Rule.of(
                        "the id of a message has its prefix",
                        USER.replace("'role'", "'id':'msg_1','role'"),
                        USER.replace("'role'", "'id':'item_1','role'"),
                        "Invalid 'input[0].id': 'item_1'. Expected an ID that begins with 'msg'."),
                Rule.of(
                        "the id of a call has its prefix",
                        PAIR.replace("'name'", "'id':'fc_1','name'"),
                        PAIR.replace("'name'", "'id':'call_1','name'"),
                        "Invalid 'input[0].id': 'call_1'. Expected an ID that begins with 'fc'."),
                Rule.of(
                        "the id of reasoning has its prefix",
                        SEALED + "," + ASSISTANT,
                        SEALED.replace("rs_1", "r_1") + "," + ASSISTANT,
                        "Invalid 'input[0].id': 'r_1'. Expected an ID that begins with 'rs'."),
                Rule.of(
                        "reasoning has a summary",
                        SEALED + "," + ASSISTANT,
                        SEALED.replace("'summary':[],", "") + "," + ASSISTANT,
                        "Missing required parameter: 'input[0].summary'."),
                Rule.of(
                        "reasoning has no text",
                        SEALED.replace("'summary'", "'content':[],'summary'") + "," + ASSISTANT,
                        SEALED.replace("'summary'", "'content':[{'type':'reasoning_text','text':'x'}],'summary'") + ","
                                + ASSISTANT,
                        "Invalid 'input[0].content': array too long. Expected an array with maximum length 0, but got an"
                                + " array with length 1 instead."),
                Rule.of(
                        "reasoning has no status",
                        SEALED + "," + ASSISTANT,
                        SEALED.replace("'summary'", "'status':'completed','summary'") + "," + ASSISTANT,
                        "Unknown parameter: 'input[0].status'."),
                Rule.of(
                        "reasoning is sealed",
                        SEALED + "," + ASSISTANT,
                        SEALED.replace("'encrypted_content':'x'", "'encrypted_content':''") + "," + ASSISTANT,
                        "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."),
                Rule.of(
                        "an item of the model follows reasoning",
                        SEALED + "," + SEALED.replace("rs_1", "rs_2") + "," + PAIR,
                        SEALED + "," + USER,
                        "Item 'rs_1' of type 'reasoning' was provided without its required following item."),
                Rule.of(
                        "reasoning is not last",
                        SEALED + "," + ASSISTANT,
                        ASSISTANT + "," + SEALED,
                        "without its required following item"),
                Rule.of(
                        "no output follows reasoning",
                        SEALED + "," + PAIR,
                        CALL + "," + SEALED + "," + OUTPUT,
                        "without its required following item"),
                Rule.of(
                        "arguments are a string",
                        PAIR,
                        PAIR.replace("'{}'", "{}"),
                        "expected a string, but got an object"),
                Rule.of(
                        "a custom call has its own output",
                        "{'type':'custom_tool_call','call_id':'c1','name':'f','input':'x'},"
                                + OUTPUT.replace("function_call_", "custom_tool_call_"),
                        "{'type':'custom_tool_call','call_id':'c1','name':'f','input':'x'}," + OUTPUT,
                        "No tool call found"),
                Rule.of(
                        "a role is known",
                        USER,
                        USER.replace("user", "tool"),
                        "Invalid value: 'tool'. Supported values are: "
                                + "'assistant', 'system', 'developer', and 'user'."),
                Rule.of(
                        "a phase is known",
                        ASSISTANT.replace("'role'", "'phase':'commentary','role'"),
                        ASSISTANT.replace("'role'", "'phase':'x','role'"),
                        "Invalid value: 'x'. Supported values are: 'commentary' and 'final_answer'."));
    }

    static Stream<Rule> openResponses() {
        String reasoning =
                SEALED.replace("'encrypted_content':'x'", "'content':[{'type':'reasoning_text','text':'x'}]");
        return Stream.of(
                Rule.of(
                        "a type is known or that of a vendor",
                        "{'type':'acme:search','id':'x_1'}",
                        "{'type':'web_search_call','id':'ws_1'}",
                        "Invalid value: 'web_search_call'. Supported values are: 'compaction',"),
                Rule.of(
                        "reasoning has a summary",
                        reasoning + "," + ASSISTANT,
                        reasoning.replace("'summary':[],", "") + "," + ASSISTANT,
                        "Missing required parameter: 'input[0].summary'."),
                Rule.of(
                        "the text of reasoning has its type",
                        reasoning + "," + ASSISTANT,
                        reasoning.replace("reasoning_text", "output_text") + "," + ASSISTANT,
                        "Invalid value: 'output_text'. Supported values are: 'reasoning_text'."),
                Rule.of(
                        "an item of the model follows reasoning",
                        reasoning + "," + PAIR,
                        reasoning + "," + USER,
                        "without its required following item"),
                Rule.of(
                        "an id has any prefix",
                        USER.replace("'role'", "'id':'item_1','role'"),
                        USER.replace("'role'", "'id':'item 1','role'"),
                        "Expected an ID that contains"),
                Rule.of(
                        "a system message has only text",
                        "{'type':'message','role':'system','content':[{'type':'input_text','text':'x'}]}",
                        "{'type':'message','role':'system','content':[{'type':'input_image','image_url':'x'}]}",
                        "Supported values are: 'input_text'."));
    }

    static Stream<Rule> parameters() {
        return Stream.of(
                Rule.of("a model is named", "'model':'m'", "'store':false", "Missing required parameter: 'model'."),
                Rule.of("a model has a name", "'model':'m'", "'model':' '", "Missing required parameter: 'model'."),
                Rule.of(
                        "a tool has a plain name",
                        "'model':'m','tools':[{'type':'function','name':'f'}]",
                        "'model':'m','tools':[{'type':'function','name':'a b'}]",
                        "Invalid 'tools[0].name': string does not match pattern."),
                Rule.of("tools are a list", "'model':'m','tools':[]", "'model':'m','tools':{'a':1}", "'tools'"),
                Rule.of(
                        "a tool has a type",
                        "'model':'m','tools':[{'type':'web_search'}]",
                        "'model':'m','tools':[{'name':'f'}]",
                        "Missing required parameter: 'tools[0].type'."));
    }

    @ParameterizedTest
    @MethodSource("common")
    void should_hold_the_common_rules_in_each_dialect(Rule rule) {
        for (ProviderDialect dialect : ProviderDialect.values()) {
            rule.check(ModelRequest.RESPONSES, Map.of(), INPUT, dialect);
        }
    }

    @ParameterizedTest
    @MethodSource("openAi")
    void should_hold_the_rules_of_open_ai(Rule rule) {
        rule.check(ModelRequest.RESPONSES, Map.of(), INPUT, ProviderDialect.OPENAI);
    }

    @ParameterizedTest
    @MethodSource("openResponses")
    void should_hold_the_rules_of_open_responses(Rule rule) {
        rule.check(ModelRequest.RESPONSES, Map.of(), INPUT, ProviderDialect.OPEN_RESPONSES);
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void should_check_the_parameters_in_each_dialect(Rule rule) {
        for (ProviderDialect dialect : ProviderDialect.values()) {
            rule.check(ModelRequest.RESPONSES, Map.of(), "{%s,'input':'hi'}", dialect);
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_refuse_an_input_that_is_missing_empty_or_no_list(ProviderDialect dialect) {
        Rule.of("input is there", "'input':'hi'", "'store':false", "'input'")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m',%s}", dialect);
        Rule.of("input is a list", "'input':'hi'", "'input':7", "'input'")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m',%s}", dialect);
        Rule.of("input is not empty", "'input':'hi'", "'input':''", "One of \"input\" or \"previous_response_id\"")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m',%s}", dialect);
        Rule.of("input is not null", "'input':'hi'", "'input':null", "'input'")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m',%s}", dialect);
        Rule.of("input has an item", "'input':'hi'", "'input':[]", "One of \"input\" or \"previous_response_id\"")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m',%s}", dialect);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "OPEN_RESPONSES"})
    void should_refuse_an_unknown_parameter(ProviderDialect dialect) {
        Rule.of(
                        "a parameter is known",
                        "'store':false",
                        "'chat_template_kwargs':{}",
                        "Unknown parameter: 'chat_template_kwargs'.")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m','input':'hi',%s}", dialect);
    }

    @ParameterizedTest
    @EnumSource
    void should_refuse_a_body_that_is_no_object(ProviderDialect dialect) {
        assertThat(new ModelRequest(ModelRequest.RESPONSES, Map.of(), Rule.json("[]")).problem(dialect))
                .isPresent();
    }
}
