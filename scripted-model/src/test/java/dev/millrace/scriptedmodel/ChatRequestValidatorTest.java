package dev.millrace.scriptedmodel;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules for {@code POST /v1/chat/completions} of OpenAI and Open Responses. */
class ChatRequestValidatorTest {
    private static final String USER = "{'role':'user','content':'hi'}";
    private static final String FUNCTION = "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}";
    private static final String CALL = "{'role':'assistant','content':null,'tool_calls':[" + FUNCTION + "]}";
    private static final String CALLS =
            "{'role':'assistant','tool_calls':[" + FUNCTION + "," + FUNCTION.replace("c1", "c2") + "]}";
    private static final String OUTPUT = "{'role':'tool','tool_call_id':'c1','content':'ok'}";
    private static final String OUTPUT_2 = OUTPUT.replace("c1", "c2");
    private static final String PAIR = CALL + "," + OUTPUT;

    static Stream<Rule> messages() {
        return Stream.of(
                Rule.of("messages are objects", USER, "'hi'", "Invalid type for 'messages[0]'"),
                Rule.of("a message is there", USER, "", "Invalid 'messages': empty array."),
                Rule.of(
                        "a role is known",
                        USER.replace("user", "developer"),
                        USER.replace("user", "robot"),
                        "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'tool', and"
                                + " 'developer'."),
                Rule.of("a role is there", USER, "{'content':'hi'}", "Missing required parameter: 'messages[0].role'."),
                Rule.of(
                        "content is there",
                        USER,
                        "{'role':'user','content':null}",
                        "Invalid value for 'content': expected a string, got null."),
                Rule.of(
                        "content is text or parts",
                        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'x'}}]}",
                        "{'role':'user','content':7}",
                        "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an"
                                + " integer instead."),
                Rule.of(
                        "content has a part",
                        "{'role':'user','content':[{'type':'text','text':'x'}]}",
                        "{'role':'user','content':[]}",
                        "Invalid 'messages[0].content': empty array."),
                Rule.of(
                        "a system message has only text",
                        "{'role':'system','content':[{'type':'text','text':'x'}]}",
                        "{'role':'system','content':[{'type':'image_url','image_url':{'url':'x'}}]}",
                        "Invalid value: 'image_url'. Supported values are: 'text'."),
                Rule.of(
                        "a part of text has it",
                        "{'role':'user','content':[{'type':'text','text':'x'}]}",
                        "{'role':'user','content':[{'type':'text'}]}",
                        "Missing required parameter: 'messages[0].content[0].text'."),
                Rule.of(
                        "the assistant says something",
                        "{'role':'assistant','content':'x'}",
                        "{'role':'assistant'}",
                        "Invalid value for 'content': expected a string, got null."),
                Rule.of(
                        "the assistant says more than an empty text",
                        PAIR.replace("null", "''"),
                        "{'role':'assistant','content':''}",
                        "Assistant message must have either content or tool_calls, but not none."),
                Rule.of(
                        "the assistant may refuse",
                        "{'role':'assistant','refusal':'no'}",
                        "{'role':'assistant','refusal':null}",
                        "expected a string, got null"),
                Rule.of(
                        "calls are not empty",
                        PAIR,
                        "{'role':'assistant','content':'x','tool_calls':[]}",
                        "Invalid 'messages[0].tool_calls': empty array."),
                Rule.of(
                        "only the assistant calls",
                        PAIR,
                        "{'role':'user','content':'x','tool_calls':[" + FUNCTION + "]}",
                        "Unknown parameter: 'messages[0].tool_calls'."),
                Rule.of(
                        "a call has a type",
                        PAIR,
                        PAIR.replace("'type':'function',", ""),
                        "Missing required parameter: 'messages[0].tool_calls[0].type'."),
                Rule.of(
                        "a call has an id",
                        PAIR,
                        PAIR.replace("'id':'c1',", ""),
                        "Missing required parameter: 'messages[0].tool_calls[0].id'."),
                Rule.of(
                        "a call id has 40 characters at most",
                        PAIR.replace("c1", "c".repeat(40)),
                        PAIR.replace("c1", "c".repeat(41)),
                        "Invalid 'messages[0].tool_calls[0].id': string too long. Expected a string with maximum length"
                                + " 40,"),
                Rule.of(
                        "a function has a plain name",
                        PAIR.replace("'f'", "'f-1'"),
                        PAIR.replace("'f'", "'f.1'"),
                        "Invalid 'messages[0].tool_calls[0].function.name': string does not match pattern."),
                Rule.of(
                        "arguments are a string",
                        PAIR,
                        PAIR.replace("'{}'", "{}"),
                        "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an"
                                + " object instead."),
                Rule.of(
                        "an output names its call",
                        PAIR,
                        CALL + ",{'role':'tool','content':'ok'}",
                        "Missing required parameter: 'messages[1].tool_call_id'."),
                Rule.of(
                        "an output has a call",
                        PAIR,
                        USER + "," + OUTPUT,
                        "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."),
                Rule.of(
                        "an output comes once",
                        PAIR,
                        PAIR + "," + OUTPUT,
                        "must be a response to a preceeding message"),
                Rule.of(
                        "each call has an output",
                        CALLS + "," + OUTPUT_2 + "," + OUTPUT + "," + USER,
                        CALLS + "," + OUTPUT_2,
                        "must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids"
                                + " did not have response messages: c1"),
                Rule.of(
                        "outputs come before the next message",
                        CALLS + "," + OUTPUT + "," + OUTPUT_2,
                        CALLS + "," + OUTPUT + "," + USER + "," + OUTPUT_2,
                        "did not have response messages: c2"),
                Rule.of(
                        "calls of a message have different ids",
                        CALLS + "," + OUTPUT + "," + OUTPUT_2,
                        CALLS.replace("c2", "c1") + "," + OUTPUT,
                        "did not have response messages: c1"));
    }

    static Stream<Rule> parameters() {
        return Stream.of(
                Rule.of("a model is named", "'model':'m'", "'n':1", "Missing required parameter: 'model'."),
                Rule.of(
                        "a parameter is known",
                        "'model':'m','stream':true",
                        "'model':'m','input':'x'",
                        "Unrecognized request argument supplied: input"),
                Rule.of("tools are a list", "'model':'m','tools':[]", "'model':'m','tools':{'a':1}", "for 'tools'"),
                Rule.of(
                        "a tool has a plain name",
                        "'model':'m','tools':[{'type':'function','function':{'name':'f'}}]",
                        "'model':'m','tools':[{'type':'function','function':{'name':'a.b'}}]",
                        "Invalid 'tools[0].function.name': string does not match pattern."));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void should_hold_the_rules_for_messages(Rule rule) {
        rule.check(ModelRequest.CHAT, Map.of(), "{'model':'m','messages':[%s]}", ProviderDialect.OPENAI);
        rule.check(ModelRequest.CHAT, Map.of(), "{'model':'m','messages':[%s]}", ProviderDialect.OPEN_RESPONSES);
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void should_hold_the_rules_for_parameters(Rule rule) {
        rule.check(ModelRequest.CHAT, Map.of(), "{%s,'messages':[" + USER + "]}", ProviderDialect.OPENAI);
    }

    @ParameterizedTest
    @EnumSource
    void should_refuse_messages_that_are_missing_or_no_list(ProviderDialect dialect) {
        Rule.of("messages are there", "'messages':[" + USER + "]", "'n':1", "'messages'")
                .check(ModelRequest.CHAT, Map.of(), "{'model':'m',%s}", dialect);
        Rule.of("messages are a list", "'messages':[" + USER + "]", "'messages':'hi'", "'messages'")
                .check(ModelRequest.CHAT, Map.of(), "{'model':'m',%s}", dialect);
    }
}
