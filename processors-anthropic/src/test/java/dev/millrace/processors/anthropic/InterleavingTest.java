package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.CapabilityLearned;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.scriptedmodel.ModelRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random logs of a stream that changes between providers: the next request is always one that the service accepts. A
 * failure message contains the seed.
 */
class InterleavingTest {
    private static final Map<String, String> HEADERS = Map.of("anthropic-version", "2023-06-01", "x-api-key", "key");

    private static final List<String> BLOCKS = List.of(
            "{'type':'thinking','thinking':'hm','signature':'signed'}",
            "{'type':'thinking','thinking':'','signature':'signed'}",
            "{'type':'thinking','thinking':'hm','signature':''}",
            "{'type':'redacted_thinking','data':'sealed'}",
            "{'type':'text','text':'an answer '}",
            "{'type':'text','text':' '}",
            "{'type':'text','text':''}",
            "{'type':'tool_use','id':'toolu_1','name':'f','input':{'x':1}}",
            "{'type':'tool_use','id':'toolu_2','name':'f','input':''}",
            "{'type':'tool_use','name':'no id','input':'{broken'}",
            "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}}",
            "{'type':'something_new','x':1}");

    private static final List<String> OPENAI_ITEMS = List.of(
            "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'sealed'}",
            "{'type':'message','id':'msg_1','role':'assistant','content':[{'type':'output_text','text':'a'}]}",
            "{'type':'message','id':'msg_2','role':'assistant','content':[{'type':'refusal','refusal':'no'}]}",
            "{'type':'function_call','id':'fc_1','call_id':'toolu_1','name':'f','arguments':''}",
            "{'type':'custom_tool_call','call_id':'c2','name':'g','input':'x'}");

    private static final List<String> CONTENTS = List.of(
            "[]",
            "[{'type':'text','text':' '}]",
            "[{'type':'input_text','text':'look'},{'type':'input_image','image_url':'data:image/png;base64,AAAA'}]",
            "[{'type':'input_image','image_url':'http://host/x.png'}]",
            "[{'type':'input_file','file_data':'data:application/pdf;base64,AAAA','filename':'a.pdf'}]",
            "[{'type':'video'}]");

    private static final List<String> TEXTS = List.of("note", "note ", " ", "");
    private static final List<String> PARAMETERS =
            List.of("cache_control", "thinking-blocks", "input_image", "input_file", "max_tokens", "invented");
    private static final List<String> ROLES = List.of("user", "assistant", "system", "developer");
    private static final List<String> PROVIDERS = List.of("anthropic", "anthropic", "openai");

    @Test
    void should_make_a_valid_request_from_any_interleaving_of_events() {
        Set<String> types = new HashSet<>();
        for (int seed = 0; seed < 300; seed++) {
            AgentLog log = new AgentLog();
            Random random = new Random(seed);
            for (int step = 0; step < 40; step++) {
                anything(log, random);
                JsonNode body = log.body();
                assertThat(new ModelRequest(HEADERS, body).problem())
                        .as("seed %d, step %d: %s", seed, step, body)
                        .isEmpty();
                checkBody(body, "seed " + seed + ", step " + step);
                body.path("messages").findValuesAsText("type").forEach(types::add);
            }
        }
        assertThat(types)
                .contains("text", "thinking", "redacted_thinking", "tool_use", "tool_result", "image", "document");
    }

    /** Rules that the server of the tests does not know. */
    private static void checkBody(JsonNode body, String where) {
        JsonNode messages = body.path("messages");
        assertThat(messages.path(messages.size() - 1).path("role").asText())
                .as("%s: %s", where, body)
                .isEqualTo("user");
        assertThat(body.findValues("cache_control")).as(where).hasSizeLessThanOrEqualTo(4);
        for (JsonNode message : messages) {
            boolean other = false;
            for (JsonNode block : message.path("content")) {
                boolean result = block.path("type").asText().equals("tool_result");
                assertThat(result && other).as("%s: %s", where, message).isFalse();
                other |= !result;
            }
        }
    }

    private static void anything(AgentLog log, Random random) {
        long request = log.state()
                .open()
                .map(AgentState.OpenRequest::id)
                .filter(id -> random.nextInt(5) > 0)
                .orElse((long) random.nextInt(1 + (int) log.head()));
        switch (random.nextInt(15)) {
            case 0, 1 -> log.user(random.nextInt(10) > 0 ? "input " + log.head() : " ");
            case 2 -> log.add(InputAdded.as(random.nextBoolean() ? "developer" : "assistant", any(random, TEXTS)));
            case 3 ->
                log.add(new InputAdded(
                        any(random, ROLES),
                        JsonCodec.parse(any(random, CONTENTS).replace('\'', '"'))));
            case 4, 5 -> log.start(any(random, PROVIDERS), random.nextInt(4) > 0 ? "m" : "other");
            case 6 -> log.chunk(request, random.nextInt(3), "text ");
            case 7 -> log.openAiItem(request, random.nextInt(4), any(random, OPENAI_ITEMS));
            case 8, 9, 10 -> log.block(request, random.nextInt(4), any(random, BLOCKS));
            case 11, 12 -> log.complete(request);
            case 13 -> {
                if (random.nextInt(3) > 0) {
                    log.add(new SystemPromptUpdated(any(random, TEXTS)));
                } else {
                    String parameter = any(random, PARAMETERS);
                    log.add(new CapabilityLearned(request, AgentLog.BASE_URL, "m", parameter, false, Optional.empty()));
                }
            }
            default -> end(log, request, random);
        }
    }

    private static String any(Random random, List<String> texts) {
        return texts.get(random.nextInt(texts.size()));
    }

    private static void end(AgentLog log, long request, Random random) {
        switch (random.nextInt(3)) {
            case 0 -> log.cancel(request);
            case 1 -> log.lose(request);
            default -> log.fail(request);
        }
    }
}
