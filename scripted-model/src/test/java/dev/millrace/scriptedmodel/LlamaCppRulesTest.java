package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules that only llama.cpp has. */
class LlamaCppRulesTest {
    private static final String USER = "{'type':'message','role':'user','content':'hi'}";
    private static final String CALL = "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}";
    private static final String OUTPUT = "{'type':'function_call_output','call_id':'c1','output':'ok'}";
    private static final String PAIR = CALL + "," + OUTPUT;
    private static final String ASSISTANT =
            "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'hi'}]}";
    private static final String REASONING =
            "{'type':'reasoning','id':'rs_1','summary':[],'content':[{'type':'reasoning_text','text':'x'}]}";

    static Stream<Rule> items() {
        return Stream.of(
                Rule.of("a type is known", USER, "{'type':'web_search_call'}", "Cannot determine type of 'item'"),
                Rule.of("a type is there", USER, "{'role':'user','content':'hi'}", "Cannot determine type of 'item'"),
                Rule.of("arguments are a string", PAIR, PAIR.replace("'{}'", "{}"), "Cannot determine type of 'item'"),
                Rule.of(
                        "arguments are JSON",
                        PAIR.replace("'{}'", "'[1]'"),
                        PAIR.replace("'{}'", "''"),
                        "Failed to parse tool call arguments as JSON"),
                Rule.of(
                        "an output is text",
                        PAIR.replace("'ok'", "[{'type':'input_text','text':'ok'}]"),
                        PAIR.replace("'ok'", "[{'type':'input_image','image_url':'x'}]"),
                        "Output of tool call should be 'Input text'"),
                Rule.of(
                        "a file is unknown",
                        "{'type':'message','role':'user','content':[{'type':'input_image','image_url':'x'}]}",
                        "{'type':'message','role':'user','content':[{'type':'input_file','file_id':'x'}]}",
                        "'input_file' is not supported by llamacpp at this moment"),
                Rule.of(
                        "an image has a URL",
                        "{'type':'message','role':'user','content':[{'type':'input_image','image_url':'x'}]}",
                        "{'type':'message','role':'user','content':[{'type':'input_image','file_id':'x'}]}",
                        "'image_url' is required"),
                Rule.of(
                        "a part of the user has a known type",
                        "{'type':'message','role':'user','content':[{'type':'input_text','text':'x'}]}",
                        "{'type':'message','role':'user','content':[{'type':'text','text':'x'}]}",
                        "'type' must be one of 'input_text', 'input_image', or 'input_file'"),
                Rule.of(
                        "a part of the assistant has a known type",
                        ASSISTANT + "," + USER,
                        ASSISTANT.replace("output_text", "text") + "," + USER,
                        "'type' must be one of 'output_text' or 'refusal'"),
                Rule.of(
                        "reasoning has its text",
                        REASONING + "," + PAIR,
                        "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'x'}," + PAIR,
                        "item['content'] is not an array"),
                Rule.of(
                        "reasoning has some text",
                        REASONING + "," + PAIR,
                        "{'type':'reasoning','id':'rs_1','summary':[],'content':[]}," + PAIR,
                        "item['content'] is empty"),
                Rule.of(
                        "the text of reasoning is a string",
                        REASONING + "," + PAIR,
                        REASONING.replace("'text':'x'", "'x':1") + "," + PAIR,
                        "item['content']['text'] is not a string"),
                Rule.of(
                        "the assistant is not last",
                        ASSISTANT + "," + USER,
                        USER + "," + ASSISTANT,
                        "Assistant response prefill is incompatible with enable_thinking."),
                Rule.of(
                        "adjacent items of the assistant are one message",
                        USER + "," + ASSISTANT + "," + ASSISTANT + "," + PAIR,
                        USER + "," + ASSISTANT + "," + ASSISTANT,
                        "Assistant response prefill is incompatible with enable_thinking."),
                Rule.of(
                        "a call is not last",
                        USER + "," + PAIR,
                        USER + "," + CALL,
                        "Cannot continue an assistant message that contains tool calls."),
                Rule.of(
                        "outputs directly follow their calls",
                        CALL + "," + CALL.replace("c1", "c2") + "," + OUTPUT.replace("c1", "c2") + "," + OUTPUT,
                        CALL + "," + USER + "," + OUTPUT,
                        "Not the same number of function calls and responses"),
                Rule.of(
                        "the system speaks first",
                        USER.replace("user", "system") + "," + USER,
                        USER + "," + USER.replace("user", "developer"),
                        "System message must be at the beginning."));
    }

    static Stream<Rule> chats() {
        String user = "{'role':'user','content':'hi'}";
        String assistant = "{'role':'assistant','content':'hi'}";
        String call = "{'role':'assistant','tool_calls':[{'id':'c1','type':'function',"
                + "'function':{'name':'f','arguments':'{}'}}]}";
        String output = "{'role':'tool','tool_call_id':'c1','content':'ok'}";
        return Stream.of(
                Rule.of(
                        "content is there",
                        user,
                        "{'role':'user'}",
                        "All non-assistant messages must contain 'content'"),
                Rule.of(
                        "the assistant says something",
                        assistant + "," + user,
                        "{'role':'assistant'}," + user,
                        "Assistant message must contain either 'content' or 'tool_calls'!"),
                Rule.of(
                        "the assistant is not last",
                        assistant + "," + user,
                        user + "," + assistant,
                        "Assistant response prefill is incompatible with enable_thinking."),
                Rule.of(
                        "the assistant is not last twice",
                        assistant + "," + assistant + "," + user,
                        user + "," + assistant + "," + assistant,
                        "Cannot have 2 or more assistant messages at the end of the list."),
                Rule.of(
                        "a call is not last",
                        call + "," + output,
                        user + "," + call,
                        "Cannot continue an assistant message that contains tool calls."),
                Rule.of(
                        "the system speaks first",
                        "{'role':'system','content':'hi'}," + user,
                        user + ",{'role':'system','content':'hi'}," + user,
                        "System message must be at the beginning."),
                Rule.of(
                        "arguments are JSON",
                        call + "," + output,
                        call.replace("'{}'", "'{'") + "," + output,
                        "Failed to parse tool call arguments as JSON"));
    }

    @ParameterizedTest
    @MethodSource("items")
    void should_hold_the_rules_for_items(Rule rule) {
        rule.check(ModelRequest.RESPONSES, Map.of(), "{'model':'m','input':[%s]}", ProviderDialect.LLAMA_CPP);
    }

    @ParameterizedTest
    @MethodSource("chats")
    void should_hold_the_rules_for_chats(Rule rule) {
        rule.check(ModelRequest.CHAT, Map.of(), "{'model':'m','messages':[%s]}", ProviderDialect.LLAMA_CPP);
    }

    @Test
    void should_accept_a_prefill_if_the_model_does_not_think() {
        Rule.of("no thinking", "false", "true", "Assistant response prefill is incompatible with enable_thinking.")
                .check(
                        ModelRequest.RESPONSES,
                        Map.of(),
                        "{'model':'m','input':[" + ASSISTANT + "],'chat_template_kwargs':{'enable_thinking':%s}}",
                        ProviderDialect.LLAMA_CPP);
    }

    @Test
    void should_refuse_the_parameters_that_it_cannot_have() {
        Rule.of("no state", "'store':false", "'previous_response_id':'resp_1'", "llama.cpp does not support")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m','input':'hi',%s}", ProviderDialect.LLAMA_CPP);
        Rule.of("tools are a list", "'tools':[]", "'tools':{}", "'tools' must be an array of objects")
                .check(ModelRequest.RESPONSES, Map.of(), "{'model':'m','input':'hi',%s}", ProviderDialect.LLAMA_CPP);
    }

    @Test
    void should_count_instructions_as_the_first_system_message() {
        Rule.of("one system message", USER, USER.replace("user", "system"), "System message must be at the beginning.")
                .check(
                        ModelRequest.RESPONSES,
                        Map.of(),
                        "{'model':'m','instructions':'be brief','input':[%s]}",
                        ProviderDialect.LLAMA_CPP);
    }

    @Test
    void should_take_what_other_servers_refuse_as_it_depends_on_the_template() {
        String twoUsers = "{'model':'m','input':[" + USER + "," + USER + "],'unknown':1}";
        assertThat(new ModelRequest(ModelRequest.RESPONSES, Map.of(), Rule.json(twoUsers))
                        .problem(ProviderDialect.LLAMA_CPP))
                .isEmpty();
    }
}
