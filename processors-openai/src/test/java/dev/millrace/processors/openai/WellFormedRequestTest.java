package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service refuses a request with half a surrogate pair, so one in a conversation would end it. */
@Timeout(60)
class WellFormedRequestTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @ParameterizedTest
    @ValueSource(strings = {"cut \ud83d", "\ude00 cut", "\ud83d\ud83d\ude00"})
    void should_send_no_half_of_a_surrogate_pair(String broken) throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(ModelReply.text("ok")))) {
            OpenAiModel model = OpenAiModel.builder().baseUrl(server.baseUrl()).build();
            Recording said = new Recording();
            var unused = model.send(prompt(broken, model), said);
            said.outcome();

            JsonNode body = server.requests().get(0).body();
            assertThat(JsonCodec.toWellFormed(body)).isSameAs(body);
            String whole = JsonCodec.toWellFormed(broken);
            String sent = body.toString();
            for (String where : List.of(
                    "instructions",
                    "developer",
                    "user",
                    "part",
                    "answer",
                    "argument",
                    "result",
                    "description",
                    "schema")) {
                assertThat(sent).contains(where + " " + whole);
            }
        }
    }

    private static Prompt prompt(String broken, OpenAiModel model) {
        JsonNode parts = JSON.arrayNode()
                .add(JSON.objectNode().put("type", "input_text").put("text", "part " + broken))
                .add(JSON.objectNode()
                        .put("type", "input_file")
                        .put("filename", "file " + broken)
                        .put("file_data", "data:text/plain;base64,eA=="));
        JsonNode schema = JsonCodec.parse("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}");
        ((ObjectNode) schema.at("/properties/a")).put("description", "schema " + broken);
        OutputItem answer = new OutputItem(new ModelItem.Message("answer " + broken), Optional.empty());
        OutputItem call = new OutputItem(
                new ModelItem.ToolCall("c", "f", "{\"a\":\"argument " + broken + "\"}"), Optional.empty());
        return Prompt.builder()
                .model("m")
                .instructions("instructions " + broken)
                .addTools(new ToolDefinition("f", Optional.of("description " + broken), schema))
                .addParts(
                        new PromptPart.Input("developer", TextNode.valueOf("developer " + broken)),
                        new PromptPart.Input("user", TextNode.valueOf("user " + broken)),
                        new PromptPart.Input("user", parts),
                        new PromptPart.Output(
                                new Origin(
                                        model.provider(),
                                        Optional.of(model.baseUrl()),
                                        "m",
                                        model.wires().stream().findFirst()),
                                List.of(answer, call)),
                        new PromptPart.ToolResult("c", "result " + broken))
                .build();
    }
}
