package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.scriptedmodel.ModelRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
    private static final String REASONING =
            "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'sealed'}";

    private final AgentLog log = new AgentLog();

    @Test
    void should_ask_as_the_service_wants_it() {
        log.user("hi");

        OpenAiModel model = AgentLog.model("m");
        AgentProcessor prompted =
                AgentProcessor.builder(model).systemPrompt("default prompt").build();

        assertThat(JsonCodec.writeText(log.body(prompted, model)))
                .isEqualTo("{\"model\":\"m\",\"stream\":true,\"store\":false,"
                        + "\"stream_options\":{\"include_obfuscation\":false},"
                        + "\"include\":[\"reasoning.encrypted_content\"],\"instructions\":\"default prompt\","
                        + "\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":["
                        + "{\"type\":\"input_text\",\"text\":\"hi\"}]}]}");
    }

    @Test
    void should_let_the_log_override_the_defaults() {
        log.add(new SystemPromptUpdated("be brief"));
        log.add(new LlmConfigUpdated(
                Optional.of("gpt-4o"),
                Optional.of("low"),
                Optional.of(100),
                Optional.of(new BigDecimal("0.5")),
                Optional.empty()));

        ObjectNode body = log.body();

        assertThat(body.path("model").asText()).isEqualTo("gpt-4o");
        assertThat(body.path("instructions").asText()).isEqualTo("be brief");
        assertThat(body.at("/reasoning/effort").asText()).isEqualTo("low");
        assertThat(body.path("max_output_tokens").asInt()).isEqualTo(100);
        assertThat(body.path("temperature").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(body.at("/include/0").asText()).isEqualTo("reasoning.encrypted_content");
    }

    @Test
    void should_only_ever_grow_at_its_end() {
        log.user("one");
        long request = log.start("m");
        JsonNode first = log.body().path("input");
        log.user("two");
        log.message(request, 0, "answer");
        log.cancel(request);

        JsonNode second = log.body().path("input");

        assertThat(second).hasSize(3);
        assertThat(second.get(0)).isEqualTo(first.get(0));
        assertThat(second.at("/2/content/0/text").asText()).isEqualTo("two");
    }

    @Test
    void should_send_reasoning_back_to_the_model_that_thought_it() {
        log.user("one");
        long request = log.start("m");
        log.item(request, 0, REASONING);
        log.message(request, 1, "answer");
        log.complete(request);

        assertThat(kinds("m")).containsExactly("user", "reasoning rs_1", "assistant msg_3");
        assertThat(kinds("other")).containsExactly("user", "assistant ");
    }

    @Test
    void should_not_send_reasoning_that_led_nowhere_or_is_not_sealed() {
        log.user("one");
        long request = log.start("m");
        log.item(request, 0, REASONING);
        log.chunk(request, 1, "ans");
        log.cancel(request);
        log.user("two");
        long next = log.start("m");
        log.item(next, 0, "{'type':'reasoning','id':'rs_2','summary':[]}");
        log.message(next, 1, "answer");
        log.complete(next);

        assertThat(kinds("m")).containsExactly("user", "assistant ", "user", "assistant ");
    }

    @Test
    void should_answer_every_call_exactly_once() {
        log.user("one");
        long request = log.start("m");
        log.item(request, 0, "{'type':'function_call','id':'fc_1','call_id':'c1','name':'parallel','arguments':'{}'}");
        log.item(request, 1, "{'type':'function_call','id':'fc_2','arguments':'{}'}");
        log.complete(request);

        assertThat(kinds("m"))
                .containsExactly(
                        "user",
                        "function_call fc_1",
                        "function_call fc_2",
                        "function_call_output ",
                        "function_call_output ");
    }

    @Test
    void should_return_items_of_unknown_kinds_to_the_model_that_sent_them() {
        log.user("one");
        long request = log.start("m");
        log.item(request, 0, "{'type':'compaction','id':'cmp_1','encrypted_content':'x'}");
        log.complete(request);

        assertThat(log.body().at("/input/1").toString())
                .isEqualTo("{\"type\":\"compaction\",\"id\":\"cmp_1\",\"encrypted_content\":\"x\"}");
        assertThat(log.body("other").path("input")).hasSize(1);
    }

    @Test
    void should_give_content_parts_the_type_their_role_demands() {
        String parts = "[{'type':'text','text':'look'},{'type':'input_image','image_url':'data:'},{'type':'video'}]";
        log.add(new InputAdded("user", JsonCodec.parse(parts.replace('\'', '"'))));
        log.add(new InputAdded("assistant", JsonCodec.parse(parts.replace('\'', '"'))));
        log.add(new InputAdded("developer", JsonCodec.parse("[]")));

        JsonNode input = log.body().path("input");

        assertThat(input.at("/0/content/0/type").asText()).isEqualTo("input_text");
        assertThat(input.at("/0/content/1/type").asText()).isEqualTo("input_image");
        assertThat(input.at("/0/content")).hasSize(2);
        assertThat(input.at("/1/content/0/type").asText()).isEqualTo("output_text");
        assertThat(input.at("/1/content")).hasSize(1);
        assertThat(input.at("/2/content/0/text").asText()).isEmpty();
        assertThat(new ModelRequest(Map.of(), log.body()).problem()).isEmpty();
    }

    @Test
    void should_send_every_item_with_its_type_and_the_text_of_the_model_as_output_text() {
        log.user("one");
        long request = log.start("m");
        log.item(request, 0, REASONING);
        log.message(request, 1, "answer");
        log.item(request, 2, "{'type':'function_call','id':'fc_1','call_id':'c1','name':'f','arguments':'{}'}");
        log.item(request, 3, "{'type':'message','id':'msg_9','content':[{'type':'refusal','refusal':'no'}]}");
        log.complete(request);
        log.add(InputAdded.as("assistant", "added"));
        log.add(InputAdded.as("developer", "note"));
        log.user("two");
        long cut = log.start("other");
        log.chunk(cut, 0, "par");
        log.cancel(cut);
        log.user("three");

        for (String model : List.of("m", "other", "third")) {
            JsonNode input = log.body(model).path("input");
            assertThat(input)
                    .allSatisfy(item -> assertThat(item.path("type").asText()).isNotEmpty());
            List<JsonNode> spoken = new ArrayList<>();
            input.forEach(item -> {
                if (item.path("role").asText().equals("assistant")) {
                    spoken.add(item);
                }
            });
            assertThat(spoken).hasSize(4).allSatisfy(item -> {
                assertThat(item.path("type").asText()).isEqualTo("message");
                assertThat(item.at("/content/0/type").asText()).isEqualTo("output_text");
            });
            assertThat(spoken.get(0).has("id")).isEqualTo(model.equals("m"));
        }
    }

    private List<String> kinds(String model) {
        JsonNode input = log.body(model).path("input");
        assertThat(new ModelRequest(Map.of(), log.body(model)).problem()).isEmpty();
        List<String> kinds = new ArrayList<>();
        for (JsonNode item : input) {
            String role = item.path("role").asText(item.path("type").asText());
            kinds.add(role.equals("user") ? role : role + " " + item.path("id").asText(""));
        }
        return kinds;
    }
}
