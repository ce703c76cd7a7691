package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.Transcript;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random logs: the next request is always one that the service accepts. A failure message contains the seed. */
class InterleavingTest {
    private static final List<String> ITEMS = List.of(
            "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'sealed'}",
            "{'type':'reasoning','id':'rs_2','summary':[]}",
            "{'type':'message','id':'msg_1','role':'assistant','content':[{'type':'output_text','text':'a'}]}",
            "{'type':'message','id':'msg_2','role':'assistant','content':[]}",
            "{'type':'message','id':'msg_3','role':'user','content':[{'type':'input_text','text':'a'}]}",
            "{'type':'function_call','id':'fc_1','call_id':'c1','name':'f','arguments':''}",
            "{'type':'function_call','id':'fc_2','call_id':'','name':'f'}",
            "{'type':'custom_tool_call','call_id':'c2','name':'g','input':'x'}",
            "{'type':'function_call_output','call_id':'c9','output':'x'}",
            "{'type':'compaction','id':'cmp_1','encrypted_content':'x'}");

    @Test
    void should_make_a_valid_request_from_any_interleaving_of_events() {
        for (int seed = 0; seed < 500; seed++) {
            AgentLog log = new AgentLog();
            Random random = new Random(seed);
            for (int step = 0; step < 40; step++) {
                anything(log, random);
                JsonNode body = log.body();
                if (body.path("input").isEmpty()) {
                    continue; // there is no message yet, so nothing is sent
                }
                assertThat(new ModelRequest(Map.of(), body).problem())
                        .as("seed %d, step %d: %s", seed, step, body)
                        .isEmpty();
            }
            allInputsOnceInOrder(log, seed);
        }
    }

    @Test
    void should_fold_to_the_same_state_when_revived_from_json_at_every_step() {
        for (int seed = 0; seed < 100; seed++) {
            AgentLog log = new AgentLog();
            Random random = new Random(seed);
            for (int step = 0; step < 40; step++) {
                anything(log, random);
            }
            AgentProcessor agent = AgentProcessor.of(AgentLog.model("m"));
            AgentState revived = AgentState.empty();
            for (Event event : log.events()) {
                JsonNode before = JsonCodec.toTree(revived);
                AgentState next = agent.reduce(revived, event);
                assertThat(JsonCodec.toTree(revived)).as("seed %d", seed).isEqualTo(before);
                revived = JsonCodec.fromTree(JsonCodec.parse(JsonCodec.write(next)), AgentState.class);
                assertThat(revived).as("seed %d @%d", seed, event.offset()).isEqualTo(next);
            }
            assertThat(revived).as("seed %d", seed).isEqualTo(log.state());
        }
    }

    private static void allInputsOnceInOrder(AgentLog log, int seed) {
        List<Long> inputs = new ArrayList<>();
        for (Transcript.Entry entry : log.conversation().entries()) {
            if (entry.part() instanceof PromptPart.Input input && !isNote(input)) {
                inputs.add(entry.order());
            }
        }
        List<Long> appended = log.events().stream()
                .filter(event -> event.payload() instanceof InputAdded)
                .map(Event::offset)
                .toList();
        assertThat(inputs).as("seed %d", seed).isEqualTo(appended);
    }

    private static boolean isNote(PromptPart.Input input) {
        return input.content().asText("").startsWith("[The response above");
    }

    private static void anything(AgentLog log, Random random) {
        long request = log.state()
                .open()
                .map(AgentState.OpenRequest::id)
                .filter(id -> random.nextInt(5) > 0)
                .orElse((long) random.nextInt(1 + (int) log.head()));
        switch (random.nextInt(12)) {
            case 0, 1 -> log.user("input " + log.head());
            case 2 -> log.add(InputAdded.as(random.nextBoolean() ? "developer" : "assistant", "note"));
            case 3 -> log.start(random.nextInt(4) > 0 ? "m" : "other");
            case 4 ->
                log.add(new AgentEvent.RequestStarted(
                        random.nextInt(50),
                        "m",
                        random.nextInt(4),
                        "launch" + log.head(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
            case 5, 6 -> log.chunk(request, random.nextInt(3), "text ");
            case 7 -> log.oldItem(request, random.nextInt(4), ITEMS.get(random.nextInt(ITEMS.size())));
            case 8 -> log.item(request, random.nextInt(4), ITEMS.get(random.nextInt(ITEMS.size())));
            case 9 -> log.complete(request);
            case 10 -> log.cancel(request);
            default -> {
                if (random.nextBoolean()) {
                    log.lose(request);
                } else {
                    log.fail(request);
                }
            }
        }
    }
}
