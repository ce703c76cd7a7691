package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.scriptedmodel.ModelRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestBodyTest {
    private static final Map<String, String> HEADERS = Map.of("anthropic-version", "2023-06-01", "x-api-key", "key");
    private static final String THINKING = "{'type':'thinking','thinking':'hm','signature':'signed'}";

    private final AgentLog log = new AgentLog();

    @Test
    void should_ask_as_the_service_wants_it() {
        log.user("hi");

        AnthropicModel model = AgentLog.model("m");
        AgentProcessor prompted =
                AgentProcessor.builder(model).systemPrompt("default prompt").build();

        assertThat(JsonCodec.writeText(log.body(prompted, model)))
                .isEqualTo(("{'model':'m','stream':true,'max_tokens':16384,"
                                + "'system':[{'type':'text','text':'default prompt','cache_control':{'type':'ephemeral'}}],"
                                + "'messages':[{'role':'user','content':["
                                + "{'type':'text','text':'hi','cache_control':{'type':'ephemeral'}}]}]}")
                        .replace('\'', '"'));
    }

    @Test
    void should_let_the_log_override_the_defaults() {
        log.add(new SystemPromptUpdated("be brief"));
        log.add(new LlmConfigUpdated(
                Optional.of("other"),
                Optional.of("medium"),
                Optional.of(100),
                Optional.of(new BigDecimal("0.5")),
                Optional.empty()));
        log.user("hi");

        ObjectNode body = log.body();

        assertThat(body.path("model").asText()).isEqualTo("other");
        assertThat(body.at("/system/0/text").asText()).isEqualTo("be brief");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(100);
        assertThat(body.at("/thinking/type").asText()).isEqualTo("adaptive");
        assertThat(body.at("/output_config/effort").asText()).isEqualTo("medium");
        assertThat(body.path("temperature").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(problem(body)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"none, low", "minimal, low", "low, low", "xhigh, xhigh", "max, max"})
    void should_take_the_lowest_effort_for_words_of_other_providers(String asked, String sent) {
        log.add(new LlmConfigUpdated(
                Optional.empty(), Optional.of(asked), Optional.empty(), Optional.empty(), Optional.empty()));
        log.user("hi");

        assertThat(log.body().at("/output_config/effort").asText()).isEqualTo(sent);
    }

    @Test
    void should_leave_out_what_the_service_refused() {
        log.add(new SystemPromptUpdated("be brief"));
        log.add(new LlmConfigUpdated(
                Optional.empty(),
                Optional.of("low"),
                Optional.empty(),
                Optional.of(new BigDecimal("0.5")),
                Optional.empty()));
        log.add(new InputAdded(
                "user",
                JsonCodec.parse("[{\"type\":\"input_image\",\"image_url\":\"https://host/x.png\"},"
                        + "{\"type\":\"input_file\",\"file_url\":\"https://host/x.pdf\"}]")));
        long request = log.start("m");
        log.block(request, 0, THINKING);
        log.text(request, 1, "answer");
        log.complete(request);
        log.user("and now?");
        Prompt prompt = AgentProcessor.of(AgentLog.model("m")).prompt(log.events());
        ObjectNode before = RequestBody.of(prompt, AgentLog.model("m"));
        for (String parameter : List.of(
                "temperature",
                "thinking",
                "output_config",
                "cache_control",
                "max_tokens",
                "thinking-blocks",
                "input_image",
                "input_file")) {
            prompt = prompt.without(parameter);
        }
        ObjectNode body = RequestBody.of(prompt, AgentLog.model("m"));

        assertThat(before.path("max_tokens").asInt()).isEqualTo(16_384);
        assertThat(before.toString()).contains("\"image\"", "\"document\"", "\"thinking\"", "cache_control");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(4_096);
        assertThat(body.fieldNames())
                .toIterable()
                .containsExactly("model", "stream", "max_tokens", "system", "messages");
        assertThat(body.toString()).doesNotContain("cache_control", "thinking", "\"image\"", "\"document\"");
        assertThat(body.at("/messages/0/content")).hasSize(2);
        assertThat(body.at("/messages/0/content/1/text").asText()).contains("attachment was left out");
        assertThat(problem(body)).isEmpty();
    }

    @Test
    void should_only_ever_grow_at_its_end() {
        log.user("one");
        long request = log.start("m");
        JsonNode first = unmarked(log.body());
        log.user("two");
        log.text(request, 0, "answer");
        log.cancel(request);

        JsonNode second = unmarked(log.body());

        assertThat(second).hasSize(3);
        assertThat(second.get(0)).isEqualTo(first.get(0));
        assertThat(second.at("/2/content/0/text").asText()).isEqualTo("two");
    }

    @Test
    void should_make_the_first_instructions_part_of_the_system_prompt() {
        log.add(InputAdded.as("developer", "be kind"));
        log.add(InputAdded.as("system", " "));
        log.user("one");
        log.add(InputAdded.as("developer", "be brief"));

        ObjectNode body = log.body();

        assertThat(body.path("system")).hasSize(1);
        assertThat(body.at("/system/0/text").asText()).isEqualTo("be kind");
        assertThat(kinds()).containsExactly("user: text text");
        assertThat(body.at("/messages/0/content/1/text").asText()).isEqualTo("be brief");
        assertThat(body.at("/messages/0/content/0").has("cache_control")).isFalse();
        assertThat(body.at("/messages/0/content/1").has("cache_control")).isTrue();
    }

    @Test
    void should_send_thinking_back_unchanged_to_the_model_that_thought_it() {
        log.user("one");
        long request = log.start("m");
        log.block(request, 0, "{'type':'redacted_thinking','data':'sealed'}");
        log.block(request, 1, THINKING);
        log.block(request, 2, "{'type':'thinking','thinking':'','signature':'of hidden thoughts'}");
        log.text(request, 3, "answer");
        log.complete(request);
        log.user("two");

        assertThat(kinds())
                .containsExactly("user: text", "assistant: redacted_thinking thinking thinking text", "user: text");
        assertThat(log.body().at("/messages/1/content/0"))
                .hasToString("{\"type\":\"redacted_thinking\",\"data\":\"sealed\"}");
        assertThat(log.body().at("/messages/1/content/1"))
                .hasToString("{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"signed\"}");
        assertThat(log.body().at("/messages/1/content/2"))
                .hasToString("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"of hidden thoughts\"}");
        assertThat(log.body("other").at("/messages/1/content")).hasSize(1);
    }

    @Test
    void should_not_send_thinking_that_led_to_nothing() {
        log.user("one");
        long request = log.start("m");
        log.block(request, 0, THINKING);
        log.complete(request);
        log.user("two");
        long next = log.start("m");
        log.text(next, 0, "answer");
        log.block(next, 1, THINKING);
        log.complete(next);
        log.user("three");

        assertThat(kinds()).containsExactly("user: text text", "assistant: text", "user: text");
    }

    @Test
    void should_keep_the_order_of_thinking_between_texts() {
        log.user("one");
        long request = log.start("m");
        log.block(request, 0, THINKING);
        log.text(request, 1, "first");
        log.block(request, 2, THINKING);
        log.text(request, 3, "second");
        log.complete(request);
        log.user("two");

        assertThat(kinds())
                .containsExactly("user: text", "assistant: thinking text", "assistant: thinking text", "user: text");
    }

    @Test
    void should_answer_every_call_first_in_the_next_message() {
        log.user("one");
        long request = log.start("m");
        log.text(request, 0, "wait");
        log.block(request, 1, "{'type':'tool_use','id':'toolu_1','name':'add','input':{'a':1}}");
        log.block(request, 2, "{'type':'tool_use','id':'toolu_2','name':'now','input':{}}");
        log.complete(request);
        log.user("two");

        assertThat(kinds())
                .containsExactly(
                        "user: text", "assistant: text tool_use tool_use", "user: tool_result tool_result text");
        assertThat(log.body().at("/messages/1/content/1/input")).hasToString("{\"a\":1}");
        assertThat(log.body().at("/messages/2/content/1/tool_use_id").asText()).isEqualTo("toolu_2");
    }

    @Test
    void should_mark_what_the_service_can_cache() {
        log.add(new SystemPromptUpdated("be brief"));
        for (String text : List.of("one", "two", "three")) {
            log.user(text);
            long request = log.start("m");
            log.text(request, 0, "answer");
            log.complete(request);
        }
        log.user("four");
        log.user("five");

        ObjectNode body = log.body();

        assertThat(body.at("/system/0").has("cache_control")).isTrue();
        assertThat(body.path("messages").findParents("cache_control"))
                .extracting(block -> block.path("text").asText())
                .containsExactly("three", "five");
        assertThat(problem(body)).isEmpty();
    }

    @Test
    void should_begin_and_end_with_the_user() {
        log.add(InputAdded.as("assistant", "Welcome! "));
        assertThat(kinds()).containsExactly("user: text", "assistant: text", "user: text");

        log.user(" ");
        assertThat(kinds())
                .startsWith("user: text", "assistant: text", "user: text")
                .hasSize(3);
        assertThat(log.body().at("/messages/2/content/0/text").asText()).isEqualTo("[empty message]");
    }

    @Test
    void should_have_a_message_although_the_prompt_has_none() {
        ObjectNode body = RequestBody.of(Prompt.builder().model("m").build(), AgentLog.model("m"));

        assertThat(body.path("messages")).hasSize(1);
        assertThat(problem(body)).isEmpty();
    }

    private static JsonNode unmarked(ObjectNode body) {
        body.path("messages")
                .findParents("cache_control")
                .forEach(block -> ((ObjectNode) block).remove("cache_control"));
        return body.path("messages");
    }

    private static Optional<String> problem(ObjectNode body) {
        return new ModelRequest(HEADERS, body).problem();
    }

    /** The role and the types of the blocks of each message. */
    private List<String> kinds() {
        ObjectNode body = log.body();
        assertThat(problem(body)).isEmpty();
        List<String> kinds = new ArrayList<>();
        for (JsonNode message : body.path("messages")) {
            StringBuilder kind = new StringBuilder(message.path("role").asText()).append(':');
            message.path("content")
                    .forEach(block -> kind.append(' ').append(block.path("type").asText()));
            kinds.add(kind.toString());
        }
        return kinds;
    }
}
