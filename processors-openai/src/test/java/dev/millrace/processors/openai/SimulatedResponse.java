package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.scriptedmodel.ProviderDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** The events of one response of the Responses API, chosen at random. */
final class SimulatedResponse {
    private final Random random;
    private final ProviderDialect dialect;
    private final List<ToolDefinition> tools;
    private final AtomicInteger ids;
    private final boolean isCalm;
    private final List<ObjectNode> events = new ArrayList<>();

    /** A calm one calls tools seldom, so that a conversation ends. */
    SimulatedResponse(
            Random random, ProviderDialect dialect, List<ToolDefinition> tools, AtomicInteger ids, boolean isCalm) {
        this.random = random;
        this.dialect = dialect;
        this.tools = tools;
        this.ids = ids;
        this.isCalm = isCalm;
    }

    List<String> events() {
        int items = random.nextInt(4);
        for (int index = 0; index < items; index++) {
            item(index);
        }
        if (random.nextInt(8) > 0 || items == 0) {
            message(items);
        }
        ObjectNode end = event(random.nextInt(10) == 0 ? "response.incomplete" : "response.completed");
        end.putObject("response").put("id", "resp_" + ids.incrementAndGet()).put("model", "m");
        return events.stream().map(ObjectNode::toString).toList();
    }

    private void item(int index) {
        switch (random.nextInt(tools.isEmpty() || isCalm ? 5 : 8)) {
            case 0 -> reasoning(index);
            case 1, 5, 6, 7 -> call(index);
            case 2 -> other(index);
            default -> message(index);
        }
    }

    private void message(int index) {
        boolean refusal = random.nextInt(6) == 0;
        for (int i = random.nextInt(4); i > 0; i--) {
            event(refusal ? "response.refusal.delta" : "response.output_text.delta")
                    .put("output_index", index)
                    .put("delta", "word ");
        }
        ObjectNode item =
                done(index, "message").put("id", "msg_" + ids.incrementAndGet()).put("status", "completed");
        item.put("role", "assistant");
        ObjectNode part = item.putArray("content").addObject();
        if (refusal) {
            part.put("type", "refusal").put("refusal", "no");
        } else {
            part.put("type", "output_text").put("text", random.nextInt(6) == 0 ? " " : "word ");
        }
    }

    private void reasoning(int index) {
        event("response.reasoning.delta").put("output_index", index).put("delta", "hm");
        ObjectNode item = done(index, "reasoning").put("id", "rs_" + ids.incrementAndGet());
        item.putArray("summary");
        boolean isText = dialect == ProviderDialect.LLAMA_CPP || random.nextBoolean();
        if (isText) {
            item.putArray("content").addObject().put("type", "reasoning_text").put("text", "hm");
        } else {
            item.put("encrypted_content", "sealed");
        }
    }

    private void call(int index) {
        boolean isKnown = !tools.isEmpty() && random.nextInt(8) > 0;
        List<String> names = isKnown
                ? tools.stream().map(ToolDefinition::name).toList()
                : List.of("search", "functions.search", "", "x".repeat(80), "multi_tool_use.parallel");
        List<String> arguments = isKnown && random.nextInt(6) > 0
                ? List.of("{\"q\":1}", "{\"q\":9}")
                : List.of("", "{}", "{\"q\":1}", "{\"q\":", "[1]");
        List<String> callIds = List.of("call_" + ids.incrementAndGet(), "call_1", "", "c".repeat(90), "call 1");
        ObjectNode item = done(index, "function_call")
                .put("id", "fc_" + ids.incrementAndGet())
                .put("status", "completed");
        item.put("call_id", pick(callIds)).put("name", pick(names)).put("arguments", pick(arguments));
    }

    /** An item that only this server understands. */
    private void other(int index) {
        switch (dialect) {
            case OPENAI ->
                done(index, "compaction")
                        .put("id", "cmp_" + ids.incrementAndGet())
                        .put("encrypted_content", "x");
            case OPEN_RESPONSES -> done(index, "vendor:thing").put("id", "v_" + ids.incrementAndGet());
            case LLAMA_CPP -> message(index);
        }
    }

    private ObjectNode done(int index, String type) {
        ObjectNode event = event("response.output_item.done").put("output_index", index);
        return event.putObject("item").put("type", type);
    }

    private ObjectNode event(String type) {
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
        events.add(event);
        return event;
    }

    private String pick(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
