package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tools a request may offer. */
class ToolRulesTest {
    private static final String RESPONSE = "{'model':'m','input':'hi','tools':[{'type':'function','name':'f',%s}]}";
    private static final String CHAT = "{'model':'m','messages':[{'role':'user','content':'hi'}],"
            + "'tools':[{'type':'function','function':{'name':'f',%s}}]}";
    private static final String MESSAGE =
            "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'hi'}]," + "'tools':[{'name':'f',%s}]}";
    private static final Map<String, String> KEYS = Map.of("x-api-key", "k", "anthropic-version", "2023-06-01");
    private static final String FIELDS = "'parameters':{'type':'object','properties':{'a':%s}}";
    private static final String CLOSED =
            "{'type':'object','properties':{'a':%s},'required':['a']," + "'additionalProperties':false}";

    static Stream<Rule> functions() {
        return Stream.of(
                Rule.of("a description is a text", "'description':'d'", "'description':7", "expected a string"),
                Rule.of("parameters are an object", FIELDS.formatted("{}"), "'parameters':[]", "expected an object"),
                Rule.of("strict is true or false", "'strict':false", "'strict':'yes'", "expected a boolean"),
                Rule.of(
                        "parameters describe an object",
                        "'parameters':{'type':'object','properties':{}}",
                        "'parameters':{'type':'string'}",
                        "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got"
                                + " 'type: \"string\"'."),
                Rule.of(
                        "parameters have a type",
                        "'parameters':{'type':'object','properties':{}}",
                        "'parameters':{'properties':{}}",
                        "got 'type: \"None\"'."),
                Rule.of(
                        "parameters have properties",
                        "'parameters':{'type':'object','properties':{}}",
                        "'parameters':{'type':'object'}",
                        "In context=(), object schema missing properties."),
                Rule.of(
                        "schemas are combined only inside",
                        FIELDS.formatted("{'anyOf':[{'type':'string'}]}"),
                        "'parameters':{'type':'object','properties':{},'anyOf':[{'required':['a']}]}",
                        "not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."),
                Rule.of(
                        "an array has items",
                        FIELDS.formatted("{'anyOf':[{'type':'array','items':{}}]}"),
                        FIELDS.formatted("{'anyOf':[{'type':'array'}]}"),
                        "In context=('properties', 'a', 'anyOf', '0'), array schema missing items."));
    }

    static Stream<Rule> strict() {
        return Stream.of(
                Rule.of(
                        "an object is closed",
                        CLOSED.formatted("{'type':'string'}"),
                        "{'type':'object','properties':{}}",
                        "In context=(), 'additionalProperties' is required to be supplied and to be false."),
                Rule.of(
                        "an object inside is closed",
                        CLOSED.formatted(CLOSED.formatted("{'type':'string'}")),
                        CLOSED.formatted("{'type':['object','null'],'properties':{}}"),
                        "In context=('properties', 'a'), 'additionalProperties' is required"),
                Rule.of(
                        "each property is required",
                        CLOSED.formatted("{'type':['string','null']}"),
                        "{'type':'object','properties':{'a':{'type':'string'}},'additionalProperties':false}",
                        "to be an array including every key in properties. Missing 'a'."),
                Rule.of(
                        "no other property is required",
                        CLOSED.formatted("{'type':'string'}"),
                        "{'type':'object','properties':{},'required':['b'],'additionalProperties':false}",
                        "Extra required key 'b' supplied."),
                Rule.of(
                        "a keyword is known",
                        CLOSED.formatted("{'type':'string','pattern':'x'}"),
                        CLOSED.formatted("{'type':'string','minLength':1}"),
                        "In context=('properties', 'a'), 'minLength' is not permitted."),
                Rule.of(
                        "a format is known",
                        CLOSED.formatted("{'type':'string','format':'date'}"),
                        CLOSED.formatted("{'type':'string','format':'uri'}"),
                        "In context=('properties', 'a'), 'uri' is not a valid format."),
                Rule.of(
                        "a schema has a type",
                        CLOSED.formatted("{'type':'array','items':{'type':'string'}}"),
                        CLOSED.formatted("{'type':'array','items':{}}"),
                        "In context=('properties', 'a', 'items'), schema must have a 'type' key."),
                Rule.of(
                        "a reference is alone",
                        CLOSED.formatted("{'$ref':'#'}"),
                        CLOSED.formatted("{'$ref':'#','description':'d'}"),
                        "In context=('properties', 'a'), $ref cannot have keywords {'description'}."));
    }

    static Stream<Rule> ofAnthropic() {
        String schema = "'input_schema':{'type':'object','properties':{}}";
        return Stream.of(
                Rule.of(
                        "fields are known",
                        schema + ",'description':'d','cache_control':{'type':'ephemeral'}",
                        schema + ",'parameters':{}",
                        "tools.0.custom.parameters: Extra inputs are not permitted"),
                Rule.of(
                        "schemas are combined only inside",
                        "'input_schema':{'type':'object','properties':{'a':{'anyOf':[{}]}}}",
                        "'input_schema':{'type':'object','anyOf':[{}]}",
                        "tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top"
                                + " level"),
                Rule.of(
                        "properties have plain names",
                        "'input_schema':{'type':'object','properties':{'a.b-c_1':{}}}",
                        "'input_schema':{'type':'object','properties':{'straße':{}}}",
                        "tools.0.custom.input_schema.properties: Property keys should match pattern"));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void should_hold_the_rules_for_functions(Rule rule) {
        for (ProviderDialect dialect : ProviderDialect.values()) {
            rule.check(ModelRequest.RESPONSES, Map.of(), RESPONSE, dialect);
            rule.check(ModelRequest.CHAT, Map.of(), CHAT, dialect);
        }
    }

    @ParameterizedTest
    @MethodSource("strict")
    void should_hold_the_rules_for_strict_functions(Rule rule) {
        for (ProviderDialect dialect : ProviderDialect.values()) {
            rule.check(ModelRequest.RESPONSES, Map.of(), RESPONSE.formatted("'strict':true,'parameters':%s"), dialect);
            rule.check(ModelRequest.CHAT, Map.of(), CHAT.formatted("'strict':true,'parameters':%s"), dialect);
        }
    }

    @ParameterizedTest
    @MethodSource("strict")
    void should_not_hold_them_for_other_functions(Rule rule) {
        String loose = RESPONSE.formatted("'strict':false,'parameters':" + rule.refused());
        assertThat(problem(ModelRequest.RESPONSES, loose)).isEmpty();
        assertThat(problem(ModelRequest.CHAT, CHAT.formatted("'parameters':" + rule.refused())))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ofAnthropic")
    void should_hold_the_rules_of_anthropic(Rule rule) {
        rule.check(ModelRequest.MESSAGES, KEYS, MESSAGE, ProviderDialect.OPENAI);
    }

    @Test
    void should_name_the_code_and_the_parameter() {
        ModelRequest request = new ModelRequest(
                ModelRequest.RESPONSES, Map.of(), Rule.json(RESPONSE.formatted("'parameters':{'type':'object'}")));
        ModelReply reply = request.refusal(ProviderDialect.OPENAI).orElseThrow().reply();

        assertThat(reply.body()
                        .pieces(new ResponseStreamWriter(request, 1, ProviderDialect.OPENAI), ErrorForm.OPENAI)
                        .get(0))
                .contains("\"param\":\"tools[0].parameters\"", "\"code\":\"invalid_function_parameters\"");
    }

    @Test
    void should_refuse_unknown_fields_where_the_server_does() {
        assertThat(problem(ModelRequest.RESPONSES, RESPONSE.formatted("'input_schema':{}")))
                .contains("Unknown parameter: 'tools[0].input_schema'.");
        assertThat(problem(ModelRequest.CHAT, CHAT.formatted("'input_schema':{}")))
                .contains("Unknown parameter: 'tools[0].function.input_schema'.");
        assertThat(new ModelRequest(Map.of(), Rule.json(RESPONSE.formatted("'x':1")))
                        .problem(ProviderDialect.LLAMA_CPP))
                .isEmpty();
    }

    @Test
    void should_take_128_tools_with_different_names() {
        assertThat(problem(ModelRequest.RESPONSES, tools(128))).isEmpty();
        assertThat(problem(ModelRequest.RESPONSES, tools(129))).contains("array with length 129");
        assertThat(problem(ModelRequest.RESPONSES, tools(2).replace("f1", "f0")))
                .contains("must be unique");
    }

    @Test
    void should_take_four_marks_of_the_cache() {
        String mark = "'cache_control':{'type':'ephemeral'}";
        String body = "{'model':'m','max_tokens':9,'tools':[{'name':'f','input_schema':{'type':'object'},MARK}],"
                + "'system':[{'type':'text','text':'s',MARK}],'messages':[{'role':'user','content':["
                + "{'type':'text','text':'a',MARK},{'type':'text','text':'b',MARK}%s]}]}";
        String marked = body.replace("MARK", mark);
        assertThat(problem(ModelRequest.MESSAGES, marked.formatted(""))).isEmpty();
        assertThat(problem(ModelRequest.MESSAGES, marked.formatted(",{'type':'text','text':'c'," + mark + "}")))
                .contains("A maximum of 4 blocks with cache_control may be provided. Found 5.");
    }

    @Test
    void should_take_calls_in_the_conversation_of_tools_that_are_not_offered() {
        assertThat(problem(
                        ModelRequest.RESPONSES,
                        "{'model':'m','tools':[{'type':'function','name':'f'}],'input':["
                                + "{'type':'function_call','call_id':'c','name':'g','arguments':'{}'},"
                                + "{'type':'function_call_output','call_id':'c','output':'x'}]}"))
                .isEmpty();
        assertThat(problem(
                        ModelRequest.MESSAGES,
                        "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'x'},"
                                + "{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'g','input':{}}]},"
                                + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t'}]}]}"))
                .isEmpty();
    }

    private static String tools(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{'type':'function','name':'f" + i + "'}")
                .collect(Collectors.joining(",", "{'model':'m','input':'hi','tools':[", "]}"));
    }

    private static String problem(String path, String body) {
        return new ModelRequest(path, KEYS, Rule.json(body)).problem().orElse("");
    }
}
