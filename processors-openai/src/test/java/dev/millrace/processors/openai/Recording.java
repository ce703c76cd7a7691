package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A sink that records everything. */
final class Recording implements ModelSink {
    final List<Delta> deltas = new CopyOnWriteArrayList<>();
    final List<OutputItem> items = new CopyOnWriteArrayList<>();
    final AtomicInteger ends = new AtomicInteger();
    private final CompletableFuture<ModelResult> outcome = new CompletableFuture<>();

    @Override
    public void delta(Delta delta) {
        deltas.add(delta);
    }

    @Override
    public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {
        items.add(new OutputItem(item, opaque));
    }

    @Override
    public void end(ModelResult end) {
        ends.incrementAndGet();
        outcome.complete(end);
    }

    boolean isOver() {
        return outcome.isDone();
    }

    ModelResult outcome() throws Exception {
        return outcome.get(20, TimeUnit.SECONDS);
    }

    ModelFailure failure() throws Exception {
        return (ModelFailure) outcome();
    }

    /** The items and the end in one line, for example {@code text Hello | usage 3/1 | completed}. */
    String summary() throws Exception {
        ModelResult end = outcome();
        List<String> parts = new ArrayList<>();
        items.forEach(item -> parts.add(summary(item)));
        end.usage().ifPresent(usage -> parts.add("usage " + usage.inputTokens() + "/" + usage.outputTokens()));
        if (end instanceof ModelFailure failure) {
            parts.add("failed " + failure.kind().wireName());
        } else {
            parts.add(((ModelResult.Response) end)
                    .incompleteReason()
                    .map(reason -> "incomplete " + reason)
                    .orElse("completed"));
        }
        return String.join(" | ", parts);
    }

    private static String summary(OutputItem item) {
        String opaque = item.opaque()
                .map(JsonNode::toString)
                .filter(json -> !json.startsWith("{\"field\":\"reasoning") || json.contains("details"))
                .map(json -> " " + json)
                .orElse("");
        if (item.item() instanceof ModelItem.ToolCall call) {
            return "call " + orDash(call.callId()) + " " + call.name() + " " + orDash(call.arguments()) + opaque;
        }
        if (item.item() instanceof ModelItem.Message message) {
            return "text " + message.text() + opaque;
        }
        if (item.item() instanceof ModelItem.Refusal refusal) {
            return "refusal " + refusal.text() + opaque;
        }
        return item.item() instanceof ModelItem.Reasoning reasoning
                ? "reasoning " + reasoning.text() + opaque
                : "other" + opaque;
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    String text() {
        return deltas.stream()
                .filter(delta -> delta.kind().equals("text"))
                .map(Delta::text)
                .collect(Collectors.joining());
    }
}
