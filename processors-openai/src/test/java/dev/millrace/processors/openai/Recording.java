package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A sink that records everything. */
final class Recording implements RetryingModelCall.Sink {
    final List<Delta> deltas = new CopyOnWriteArrayList<>();
    final List<JsonNode> items = new CopyOnWriteArrayList<>();
    final List<Duration> delays = new CopyOnWriteArrayList<>();
    final AtomicInteger ends = new AtomicInteger();
    private final CompletableFuture<ModelCallResult> outcome = new CompletableFuture<>();

    @Override
    public void delta(Delta delta) {
        deltas.add(delta);
    }

    @Override
    public void item(int outputIndex, JsonNode item) {
        items.add(item);
    }

    @Override
    public void end(ModelCallResult end) {
        ends.incrementAndGet();
        outcome.complete(end);
    }

    @Override
    public void retrying(RequestFailure failure, int failedTries, Duration delay) {
        delays.add(delay);
    }

    boolean isOver() {
        return outcome.isDone();
    }

    ModelCallResult outcome() throws Exception {
        return outcome.get(20, TimeUnit.SECONDS);
    }

    RequestFailure failure() throws Exception {
        return (RequestFailure) outcome();
    }

    String text() {
        return deltas.stream()
                .filter(delta -> delta.kind().equals("text"))
                .map(ResponseSink.Delta::text)
                .collect(Collectors.joining());
    }
}
