package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the compliance cases of the Open Responses specification ask of a server: a text, a stream of known events, a
 * system message, a tool, an image, and a conversation, each with a complete response. All answers are streams, because
 * this server sends no others.
 */
@Timeout(60)
class OpenResponsesCasesTest {
    /** The fields that the specification requires of a response. */
    private static final List<String> RESPONSE = List.of(
            "id",
            "object",
            "created_at",
            "completed_at",
            "status",
            "incomplete_details",
            "model",
            "previous_response_id",
            "instructions",
            "output",
            "error",
            "tools",
            "tool_choice",
            "truncation",
            "parallel_tool_calls",
            "text",
            "top_p",
            "presence_penalty",
            "frequency_penalty",
            "top_logprobs",
            "temperature",
            "reasoning",
            "usage",
            "max_output_tokens",
            "max_tool_calls",
            "store",
            "background",
            "service_tier",
            "metadata",
            "safety_identifier",
            "prompt_cache_key");

    private static final String TOOL = "{'type':'function','name':'tide','description':'Tells the tide of a harbour.',"
            + "'parameters':{'type':'object','properties':{'harbour':{'type':'string'}},'required':['harbour']}}";

    private final ScriptedModelServer server = ScriptedModelServer.start(
            ModelScript.empty()
                    .when(
                            request -> !request.toolNames().isEmpty(),
                            ModelReply.call("call_1", "tide", "{\"harbour\":\"Husum\"}"))
                    .otherwise(request -> ModelReply.text("I read " + String.join(" + ", request.texts("user")))),
            ProviderDialect.OPEN_RESPONSES);

    private final OkHttpClient http =
            new OkHttpClient.Builder().callTimeout(Duration.ofSeconds(30)).build();

    @AfterEach
    void stop() {
        server.close();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    @Test
    void should_answer_a_text() throws IOException {
        JsonNode response = response(message("user", "Say one word."), "");

        assertThat(text(response)).isEqualTo("I read Say one word.");
        assertThat(response.at("/usage/total_tokens").asInt()).isPositive();
    }

    @Test
    void should_stream_only_events_with_all_their_fields() throws IOException {
        List<JsonNode> events = events(message("user", "Count."), "");

        assertThat(events)
                .extracting(event -> event.path("type").asText())
                .startsWith(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta")
                .endsWith(
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        for (JsonNode event : events) {
            String type = event.path("type").asText();
            if (type.startsWith("response.output_text.")) {
                assertThat(names(event))
                        .as(type)
                        .contains("item_id", "output_index", "content_index", "logprobs")
                        .containsAnyOf("delta", "text");
            }
            if (event.has("part")) {
                assertThat(names(event.path("part"))).contains("type", "text", "annotations", "logprobs");
            }
            if (event.has("response")) {
                assertThat(names(event.path("response"))).as(type).containsAll(RESPONSE);
            }
        }
    }

    @Test
    void should_take_a_system_message() throws IOException {
        response(message("system", "You are brief.") + "," + message("user", "Hello."), "");

        assertThat(server.requests().get(0).texts("system")).containsExactly("You are brief.");
    }

    @Test
    void should_call_a_tool() throws IOException {
        String question = message("user", "When is high tide in Husum?");
        JsonNode response = response(question, ",'tools':[" + TOOL + "]");

        assertThat(response.at("/output/0")).isEqualTo(JsonCodec.parse("""
                        {"id": "fc_1_0", "type": "function_call", "status": "completed", "call_id": "call_1",
                         "name": "tide", "arguments": "{\\"harbour\\":\\"Husum\\"}"}"""));
        assertThat(response.at("/tools/0/name").asText()).isEqualTo("tide");
        assertThat(names(response.at("/tools/0"))).contains("type", "name", "description", "parameters", "strict");
        assertThat(events(question, ",'tools':[" + TOOL + "]"))
                .extracting(event -> event.path("type").asText() + " "
                        + event.at("/item/type").asText())
                .contains(
                        "response.output_item.added function_call",
                        "response.function_call_arguments.delta ",
                        "response.function_call_arguments.done ",
                        "response.output_item.done function_call");
    }

    @Test
    void should_take_an_image() throws IOException {
        JsonNode response = response(
                "{'type':'message','role':'user','content':[{'type':'input_text','text':'What is this?'},"
                        + "{'type':'input_image','image_url':'data:image/png;base64,AAAA'}]}",
                "");

        assertThat(text(response)).isEqualTo("I read What is this?");
    }

    @Test
    void should_take_a_conversation() throws IOException {
        JsonNode response = response(
                message("user", "I am Ann.") + "," + message("assistant", "Hello, Ann.") + ","
                        + message("user", "Who am I?"),
                "");

        assertThat(text(response)).isEqualTo("I read I am Ann. + Who am I?");
        assertThat(server.requests().get(0).texts("assistant")).containsExactly("Hello, Ann.");
    }

    private static String message(String role, String text) {
        return "{'type':'message','role':'" + role + "','content':'" + text + "'}";
    }

    private static String text(JsonNode response) {
        return response.at("/output/0/content/0/text").asText();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The response of the last event, which is complete. */
    private JsonNode response(String input, String more) throws IOException {
        List<JsonNode> events = events(input, more);
        JsonNode response = events.get(events.size() - 1).path("response");
        assertThat(names(response)).containsAll(RESPONSE);
        assertThat(response.path("status").asText()).isEqualTo("completed");
        assertThat(response.path("completed_at").isIntegralNumber()).isTrue();
        assertThat(response.path("output")).isNotEmpty();
        return response;
    }

    private List<JsonNode> events(String input, String more) throws IOException {
        String body = Rule.json("{'model':'m','stream':true,'input':[" + input + "]" + more + "}")
                .toString();
        Request request = new Request.Builder()
                .url(server.baseUrl() + "/responses")
                .post(RequestBody.create(body, MediaType.get("application/json")))
                .build();
        try (Response answer = http.newCall(request).execute()) {
            String stream = answer.body().string();
            assertThat(answer.code()).as(stream).isEqualTo(200);
            return stream.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> JsonCodec.parse(line.substring("data: ".length())))
                    .toList();
        }
    }
}
