package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.OutputItem;
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

    String text() {
        return deltas.stream()
                .filter(delta -> delta.kind().equals("text"))
                .map(Delta::text)
                .collect(Collectors.joining());
    }
}
