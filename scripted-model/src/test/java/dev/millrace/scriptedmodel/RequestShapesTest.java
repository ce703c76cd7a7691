package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests of any shape: a validator refuses them, it does not fail. */
class RequestShapesTest {
    private static final Map<String, String> KEYS = Map.of("x-api-key", "k", "anthropic-version", "1");
    private static final List<JsonNode> VALUES = List.of(
            Rule.json("null"),
            Rule.json("7"),
            Rule.json("'x'"),
            Rule.json("[]"),
            Rule.json("{}"),
            Rule.json("[7,null]"),
            Rule.json("{'a':1}"));

    private static final Map<String, String> BODIES = Map.of(
            ModelRequest.RESPONSES,
            "{'model':'m','tools':[{'type':'function','name':'f','strict':true,'parameters':{'type':'object',"
                    + "'properties':{'a':{'type':['array','null'],'items':{'anyOf':[{'$ref':'#/$defs/d'}]}}},"
                    + "'required':['a'],'additionalProperties':false,'$defs':{'d':{'type':'string'}}}}],'input':["
                    + "{'type':'message','role':'user','content':[{'type':'input_text','text':'x'}]},"
                    + "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'x'},"
                    + "{'type':'reasoning','summary':[],'content':[{'type':'reasoning_text','text':'x'}]},"
                    + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}','status':'completed'},"
                    + "{'type':'function_call_output','call_id':'c','output':[{'type':'input_text','text':'x'}]},"
                    + "{'type':'message','role':'assistant','content':[{'type':'refusal','refusal':'x'}]}],"
                    + "'chat_template_kwargs':{'enable_thinking':false}}",
            ModelRequest.CHAT,
            "{'model':'m','tools':[{'type':'function','function':{'name':'f','description':'d',"
                    + "'parameters':{'type':'object','properties':{}}}}],'messages':["
                    + "{'role':'user','content':[{'type':'text','text':'x'}]},"
                    + "{'role':'assistant','tool_calls':[{'id':'c','type':'function',"
                    + "'function':{'name':'f','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'c','content':'x'}]}",
            ModelRequest.MESSAGES,
            "{'model':'m','max_tokens':2000,'thinking':{'type':'enabled','budget_tokens':1024},"
                    + "'system':[{'type':'text','text':'x'}],'tools':[{'name':'f','cache_control':{'type':'ephemeral'},"
                    + "'input_schema':{'type':'object','properties':{'a':{}}}}],"
                    + "'messages':[{'role':'user','content':'x'},"
                    + "{'role':'assistant','content':[{'type':'thinking','thinking':'x','signature':'x'},"
                    + "{'type':'tool_use','id':'t','name':'f','input':{}}]},"
                    + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t',"
                    + "'content':[{'type':'text','text':'x'}]}]}]}");

    @ParameterizedTest
    @EnumSource
    void should_judge_a_request_of_any_shape(ProviderDialect dialect) {
        BODIES.forEach((path, body) -> {
            VALUES.forEach(value -> judge(path, value, dialect));
            for (JsonNode value : VALUES) {
                int places = places(Rule.json(body)).size();
                for (int i = 0; i < places; i++) {
                    JsonNode changed = Rule.json(body);
                    places(changed).get(i).accept(value);
                    judge(path, changed, dialect);
                }
            }
        });
    }

    private static void judge(String path, JsonNode body, ProviderDialect dialect) {
        ModelRequest request = new ModelRequest(path, KEYS, body);
        assertThatCode(() -> {
                    request.problem(dialect);
                    request.lastUserText();
                    request.texts("system");
                    request.toolNames();
                    request.toolResults();
                    ScriptedAssistant.reply(request);
                })
                .as("%s %s", path, body)
                .doesNotThrowAnyException();
    }

    /** Setters for each field and element at any depth. */
    private static List<Consumer<JsonNode>> places(JsonNode node) {
        List<Consumer<JsonNode>> places = new ArrayList<>();
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> places.add(value -> object.set(field.getKey(), value)));
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                places.add(value -> array.set(index, value));
            }
        }
        node.forEach(child -> places.addAll(places(child)));
        return places;
    }
}
