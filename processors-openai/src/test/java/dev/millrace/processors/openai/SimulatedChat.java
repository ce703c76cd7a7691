package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** The chunks of one chat completion, chosen at random, with the ids and indexes of careless servers. */
final class SimulatedChat {
    private final Random random;
    private final List<ToolDefinition> tools;
    private final AtomicInteger ids;
    private final boolean isCalm;
    private final List<String> events = new ArrayList<>();
    private ObjectNode chunk = JsonNodeFactory.instance.objectNode();

    /** A calm one calls tools seldom, so that a conversation ends. */
    SimulatedChat(Random random, List<ToolDefinition> tools, AtomicInteger ids, boolean isCalm) {
        this.random = random;
        this.tools = tools;
        this.ids = ids;
        this.isCalm = isCalm;
    }

    List<String> events() {
        boolean thinks = random.nextInt(3) == 0;
        if (thinks) {
            delta().put(pick(List.of("reasoning", "reasoning_content")), "hm");
            send();
        }
        int calls = random.nextInt(tools.isEmpty() || isCalm ? 5 : 2) == 0 ? 1 + random.nextInt(3) : 0;
        if (calls == 0 || random.nextBoolean()) {
            texts();
        }
        for (int i = 0; i < calls; i++) {
            call(i);
        }
        if (!isCalm && random.nextInt(20) == 0) {
            events.add("{\"error\":{\"message\":\"boom\",\"code\":" + pick(List.of("500", "429", "null")) + "}}");
        }
        end(calls > 0);
        return events;
    }

    private void texts() {
        String field = random.nextInt(8) == 0 ? "refusal" : "content";
        for (int i = random.nextInt(4); i >= 0; i--) {
            delta().put(field, random.nextInt(6) == 0 ? " " : "word ");
            send();
        }
    }

    private void call(int position) {
        boolean isKnown = !tools.isEmpty() && random.nextInt(8) > 0;
        String name = pick(
                isKnown
                        ? tools.stream().map(ToolDefinition::name).toList()
                        : List.of("search", "functions.search", "", "x".repeat(80), "multi_tool_use.parallel"));
        String arguments = pick(
                isKnown && random.nextInt(6) > 0
                        ? List.of("{\"q\":1}", "{\"q\":9}")
                        : List.of("", "{}", "{\"q\":1}", "{\"q\":", "[1]"));
        String id = pick(List.of("call_" + ids.incrementAndGet(), "call_1", "", "c".repeat(60), "call 1"));
        int index = random.nextInt(3) > 0 ? position : random.nextInt(2) - 1;
        int cut = random.nextBoolean() ? arguments.length() : random.nextInt(arguments.length() + 1);
        piece(index, id, name, arguments.substring(0, cut));
        if (cut < arguments.length()) {
            piece(index, random.nextBoolean() ? id : "", random.nextInt(4) == 0 ? name : "", arguments.substring(cut));
        }
    }

    private void piece(int index, String id, String name, String arguments) {
        ObjectNode call = delta().putArray("tool_calls").addObject();
        if (index >= 0) {
            call.put("index", index);
        }
        if (!id.isEmpty()) {
            call.put("id", id);
        }
        ObjectNode function = call.put("type", "function").putObject("function").put("arguments", arguments);
        if (!name.isEmpty()) {
            function.put("name", name);
        }
        send();
    }

    private void end(boolean calls) {
        String reason = calls ? "tool_calls" : "stop";
        if (random.nextInt(10) > 0) {
            ObjectNode choice = choice();
            choice.putObject("delta");
            choice.put("finish_reason", random.nextInt(10) == 0 ? pick(List.of("length", "content_filter")) : reason);
            send();
        }
        if (random.nextBoolean()) {
            chunk = JsonNodeFactory.instance.objectNode();
            chunk.putArray("choices");
            chunk.putObject("usage").put("prompt_tokens", 3).put("completion_tokens", 1);
            send();
        }
        events.add("[DONE]");
    }

    private ObjectNode delta() {
        return choice().putObject("delta");
    }

    private ObjectNode choice() {
        chunk = JsonNodeFactory.instance.objectNode().put("object", "chat.completion.chunk");
        return chunk.putArray("choices").addObject().put("index", 0);
    }

    private void send() {
        events.add(chunk.toString());
    }

    private String pick(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
