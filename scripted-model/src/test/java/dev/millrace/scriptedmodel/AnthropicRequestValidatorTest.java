package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules for {@code POST /v1/messages}; they are the same in each dialect. */
class AnthropicRequestValidatorTest {
    private static final Map<String, String> HEADERS = Map.of("x-api-key", "secret", "anthropic-version", "2023-06-01");
    private static final String MESSAGES = "{'model':'m','max_tokens':9,'messages':[%s]}";
    private static final String USER = "{'role':'user','content':'hi'}";
    private static final String ASSISTANT = "{'role':'assistant','content':'hello'}";
    private static final String USE = "{'type':'tool_use','id':'t_1','name':'f','input':{}}";
    private static final String RESULT = "{'type':'tool_result','tool_use_id':'t_1','content':'ok'}";
    private static final String THINKING = "{'type':'thinking','thinking':'hm','signature':'s'}";
    private static final String TEXT = "{'type':'text','text':'x'}";
    private static final String LOOP = USER + "," + assistant(USE) + "," + user(RESULT);

    private static String assistant(String blocks) {
        return "{'role':'assistant','content':[" + blocks + "]}";
    }

    private static String user(String blocks) {
        return "{'role':'user','content':[" + blocks + "]}";
    }

    static Stream<Rule> messages() {
        return Stream.of(
                Rule.of("a message is there", USER, "", "messages: at least one message is required"),
                Rule.of("a role is there", USER, "{'content':'hi'}", "messages.0.role: Field required"),
                Rule.of(
                        "a role is known",
                        USER,
                        USER + ",{'role':'tool','content':'x'}",
                        "messages.1.role: Input should be 'user' or 'assistant'"),
                Rule.of("no system message", USER, "{'role':'system','content':'x'}", "Unexpected role \"system\"."),
                Rule.of("the user is first", USER, ASSISTANT, "messages: first message must use the \"user\" role"),
                Rule.of("adjacent roles are combined", USER + "," + USER, USER + ",{'role':'user'}", "Field required"),
                Rule.of(
                        "content is not empty",
                        USER + ",{'role':'assistant','content':''}",
                        USER + ",{'role':'assistant','content':''}," + USER,
                        "messages.1: all messages must have non-empty content except for the optional final assistant"
                                + " message"),
                Rule.of("content has a block", USER, user(""), "messages.0: all messages must have non-empty content"),
                Rule.of(
                        "content is text or blocks",
                        USER,
                        "{'role':'user','content':7}",
                        "Input should be a valid list"),
                Rule.of(
                        "a block has a type",
                        user(TEXT),
                        user("{'text':'x'}"),
                        "messages.0.content.0.type: Field required"),
                Rule.of(
                        "a text is not empty",
                        user(TEXT),
                        user("{'type':'text','text':''}"),
                        "messages: text content blocks must be non-empty"),
                Rule.of(
                        "a text has more than white space",
                        user(TEXT),
                        user("{'type':'text','text':' \\n'}"),
                        "messages: text content blocks must contain non-whitespace text"),
                Rule.of(
                        "plain content has more than white space",
                        USER,
                        "{'role':'user','content':' '}",
                        "messages: text content blocks must contain non-whitespace text"),
                Rule.of(
                        "the last assistant message has no white space at its end",
                        USER + "," + ASSISTANT.replace("hello", "hello ") + "," + USER,
                        USER + "," + ASSISTANT.replace("hello", "hello "),
                        "messages: final assistant content cannot end with trailing whitespace"),
                Rule.of(
                        "the last block of the assistant has no white space at its end",
                        USER + "," + assistant(TEXT),
                        USER + "," + assistant(TEXT.replace("'x'", "'x\\n'")),
                        "messages: final assistant content cannot end with trailing whitespace"),
                Rule.of(
                        "a call id is plain",
                        LOOP,
                        LOOP.replace("t_1", "t:1"),
                        "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
                Rule.of(
                        "a call id occurs once",
                        LOOP + "," + assistant(USE.replace("t_1", "t_2")) + "," + user(RESULT.replace("t_1", "t_2")),
                        LOOP + "," + assistant(USE) + "," + user(RESULT),
                        "messages: `tool_use` ids must be unique"),
                Rule.of(
                        "a called tool has a plain name",
                        LOOP,
                        LOOP.replace("'f'", "'a.b'"),
                        "messages.1.content.0.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"),
                Rule.of(
                        "the input of a tool is an object",
                        LOOP,
                        LOOP.replace("'input':{}", "'input':'{}'"),
                        "messages.1.content.0.tool_use.input: Input should be a valid dictionary"),
                Rule.of(
                        "a call has an input",
                        LOOP,
                        LOOP.replace(",'input':{}", ""),
                        "messages.1.content.0.tool_use.input: Field required"),
                Rule.of(
                        "only the assistant calls",
                        LOOP,
                        user(USE),
                        "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages"),
                Rule.of(
                        "only the user has results",
                        LOOP,
                        USER + "," + assistant(RESULT),
                        "messages.1.content.0: `tool_result` blocks can only be in `user` messages"),
                Rule.of(
                        "a call has a result",
                        LOOP,
                        USER + "," + assistant(USE) + "," + USER,
                        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t_1."),
                Rule.of(
                        "a call is not last",
                        LOOP,
                        USER + "," + assistant(USE),
                        "`tool_use` ids were found without `tool_result` blocks immediately after: t_1."),
                Rule.of(
                        "a result comes at once",
                        LOOP,
                        USER + "," + assistant(USE) + "," + USER + "," + ASSISTANT + "," + user(RESULT),
                        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t_1."),
                Rule.of(
                        "results come first",
                        USER + "," + assistant(USE) + "," + user(RESULT + "," + TEXT),
                        USER + "," + assistant(USE) + "," + user(TEXT + "," + RESULT),
                        "`tool_use` ids were found without `tool_result` blocks immediately after: t_1."),
                Rule.of(
                        "results may come in several messages",
                        USER + "," + assistant(USE + "," + USE.replace("t_1", "t_2")) + "," + user(RESULT) + ","
                                + user(RESULT.replace("t_1", "t_2")),
                        USER + "," + assistant(USE + "," + USE.replace("t_1", "t_2")) + "," + user(RESULT),
                        "immediately after: t_2."),
                Rule.of(
                        "a result has a call",
                        LOOP,
                        user(RESULT),
                        "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t_1."),
                Rule.of(
                        "a call has one result",
                        LOOP,
                        USER + "," + assistant(USE) + "," + user(RESULT + "," + RESULT),
                        "messages.2.content.1: each tool_use must have a single result."),
                Rule.of(
                        "thinking has a signature",
                        USER + "," + assistant(THINKING + "," + TEXT),
                        USER + "," + assistant(THINKING.replace(",'signature':'s'", "") + "," + TEXT),
                        "messages.1.content.0.thinking.signature: Field required"),
                Rule.of(
                        "a signature is not empty",
                        USER + "," + assistant(THINKING + "," + TEXT),
                        USER + "," + assistant(THINKING.replace("'s'", "''") + "," + TEXT),
                        "messages.1.content.0: Invalid `signature` in `thinking` block"),
                Rule.of(
                        "thinking comes first",
                        USER + "," + assistant(THINKING + "," + TEXT),
                        USER + "," + assistant(TEXT + "," + THINKING + "," + TEXT),
                        "messages.1.content.1.type: `thinking` blocks must come first"),
                Rule.of(
                        "thinking is not last",
                        USER + "," + assistant(THINKING + "," + TEXT),
                        USER + "," + assistant(THINKING),
                        "messages.1: The final block in an assistant message cannot be `thinking`."),
                Rule.of(
                        "only the assistant thinks",
                        USER + "," + assistant(THINKING + "," + TEXT),
                        user(THINKING + "," + TEXT),
                        "messages.0.content.0: `thinking` blocks can only be in `assistant` messages"),
                Rule.of(
                        "hidden thinking has its data",
                        USER + "," + assistant("{'type':'redacted_thinking','data':'x'}," + TEXT),
                        USER + "," + assistant("{'type':'redacted_thinking'}," + TEXT),
                        "messages.1.content.0.redacted_thinking.data: Field required"),
                Rule.of(
                        "a text in a result is not empty",
                        LOOP.replace("'ok'", "[" + TEXT + "]"),
                        LOOP.replace("'ok'", "[{'type':'text','text':''}]"),
                        "messages: text content blocks must be non-empty"));
    }

    static Stream<Rule> parameters() {
        String most = "'model':'m','max_tokens':2000";
        return Stream.of(
                Rule.of("a model is named", most, "'max_tokens':9", "model: Field required"),
                Rule.of(
                        "a model has a name",
                        most,
                        "'model':'','max_tokens':9",
                        "model: String should have at least 1"),
                Rule.of("a limit is there", most, "'model':'m'", "max_tokens: Field required"),
                Rule.of(
                        "a limit is a number",
                        most,
                        "'model':'m','max_tokens':'9'",
                        "max_tokens: Input should be a valid integer"),
                Rule.of(
                        "a limit is positive",
                        most,
                        "'model':'m','max_tokens':0",
                        "max_tokens: Input should be greater than or equal to 1"),
                Rule.of(
                        "a parameter is known",
                        most + ",'top_k':1",
                        most + ",'store':true",
                        "store: Extra inputs are not"),
                Rule.of(
                        "a system text is not empty",
                        most + ",'system':[{'type':'text','text':'x'}]",
                        most + ",'system':[{'type':'text','text':''}]",
                        "system: text content blocks must be non-empty"),
                Rule.of(
                        "the system has only texts",
                        most + ",'system':'x'",
                        most + ",'system':[{'type':'image'}]",
                        "system.0.type: Input should be 'text'"),
                Rule.of(
                        "a tool has a plain name of 64 characters",
                        most + ",'tools':[" + tool("f".repeat(64)) + "]",
                        most + ",'tools':[" + tool("f".repeat(65)) + "]",
                        "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"),
                Rule.of(
                        "tools are a list",
                        most + ",'tools':[]",
                        most + ",'tools':{'a':1}",
                        "tools: Input should be a valid list"),
                Rule.of(
                        "the system is text or a list",
                        most + ",'system':'x'",
                        most + ",'system':{'type':'text','text':'x'}",
                        "system: Input should be a valid list"),
                Rule.of(
                        "a tool has a schema",
                        most + ",'tools':[{'type':'bash_20250124','name':'bash'}]",
                        most + ",'tools':[{'name':'f'}]",
                        "tools.0.custom.input_schema: Field required"),
                Rule.of(
                        "a schema is that of an object",
                        most + ",'tools':[" + tool("f") + "]",
                        most + ",'tools':[{'name':'f','input_schema':{}}]",
                        "tools.0.custom.input_schema.type: Input should be 'object'"),
                Rule.of(
                        "tools have different names",
                        most + ",'tools':[" + tool("f") + "," + tool("g") + "]",
                        most + ",'tools':[" + tool("f") + "," + tool("f") + "]",
                        "tools: Tool names must be unique."),
                Rule.of(
                        "a budget has 1024 tokens at least",
                        most + ",'thinking':{'type':'enabled','budget_tokens':1024}",
                        most + ",'thinking':{'type':'enabled','budget_tokens':1023}",
                        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"),
                Rule.of(
                        "a limit is above the budget",
                        most + ",'thinking':{'type':'disabled'}",
                        most + ",'thinking':{'type':'enabled','budget_tokens':2000}",
                        "`max_tokens` must be greater than `thinking.budget_tokens`."));
    }

    private static String tool(String name) {
        return "{'name':'" + name + "','input_schema':{'type':'object'}}";
    }

    @ParameterizedTest
    @MethodSource("messages")
    void should_hold_the_rules_for_messages(Rule rule) {
        for (ProviderDialect dialect : ProviderDialect.values()) {
            rule.check(ModelRequest.MESSAGES, HEADERS, MESSAGES, dialect);
        }
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void should_hold_the_rules_for_parameters(Rule rule) {
        rule.check(ModelRequest.MESSAGES, HEADERS, "{%s,'messages':[" + USER + "]}", ProviderDialect.OPENAI);
    }

    @Test
    void should_start_the_last_turn_with_thinking_if_it_is_enabled() {
        String template = "{'model':'m','max_tokens':2000,'thinking':{'type':'enabled','budget_tokens':1024},"
                + "'messages':[%s]}";
        String expected = ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `";
        Rule.of(
                        "before tool results",
                        USER + "," + assistant(THINKING + "," + USE) + "," + user(RESULT),
                        LOOP,
                        "messages.1" + expected + "tool_use`.")
                .check(ModelRequest.MESSAGES, HEADERS, template, ProviderDialect.OPENAI);
        Rule.of(
                        "at the end",
                        USER + "," + assistant(TEXT) + "," + USER,
                        USER + "," + assistant(TEXT),
                        "messages.1" + expected + "text`.")
                .check(ModelRequest.MESSAGES, HEADERS, template, ProviderDialect.OPENAI);
    }

    @Test
    void should_need_both_headers() {
        String body = MESSAGES.replace("%s", USER);
        assertThat(problem(Map.of("anthropic-version", "2023-06-01"), body)).isEqualTo("x-api-key header is required");
        assertThat(problem(Map.of("x-api-key", "k"), body)).isEqualTo("anthropic-version: header is required");
        assertThat(problem(HEADERS, body)).isEmpty();
    }

    @Test
    void should_find_the_texts_of_each_role() {
        String body = "{'system':[{'type':'text','text':'be brief'}],'messages':[" + USER + ","
                + assistant(TEXT + "," + USE) + "," + user(RESULT) + "]}";
        ModelRequest request = new ModelRequest(HEADERS, Rule.json(body));

        assertThat(request.isAnthropic()).isTrue();
        assertThat(request.isChat()).isFalse();
        assertThat(request.texts("system")).containsExactly("be brief");
        assertThat(request.texts("assistant")).containsExactly("x");
        assertThat(request.lastUserText()).isEqualTo("hi");
    }

    private static String problem(Map<String, String> headers, String body) {
        return new ModelRequest(ModelRequest.MESSAGES, headers, Rule.json(body))
                .problem()
                .orElse("");
    }
}
