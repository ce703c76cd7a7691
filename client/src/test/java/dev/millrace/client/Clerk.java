package dev.millrace.client;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A processor that adds up orders and appends a receipt for each; it remembers outside the log which orders it handled.
 */
public final class Clerk implements Processor<Long> {
    private final Map<String, List<Integer>> acted = new ConcurrentHashMap<>();
    private volatile Function<Integer, CompletableFuture<Void>> work = n -> CompletableFuture.completedFuture(null);

    /** Sets the work that is done for each order. */
    public Clerk working(Function<Integer, CompletableFuture<Void>> newWork) {
        work = newWork;
        return this;
    }

    /** The handled orders of a stream, in the order of handling. */
    public List<Integer> acted(String path) {
        List<Integer> orders = acted.getOrDefault(path, List.of());
        synchronized (orders) {
            return List.copyOf(orders);
        }
    }

    @Override
    public String slug() {
        return "clerk";
    }

    @Override
    public Long initialState() {
        return 0L;
    }

    @Override
    public Long reduce(Long sum, Event event) {
        if (event.type().equals("poison")) {
            throw new IllegalStateException("poison");
        }
        return event.type().equals("ordered")
                ? sum + event.payloadJson().path("n").longValue()
                : sum;
    }

    @Override
    public CompletionStage<Void> afterAppend(Long sum, Event event, Effects<Long> effects) {
        if (!event.type().equals("ordered")) {
            return Effects.none();
        }
        int n = event.payloadJson().path("n").intValue();
        List<Integer> orders = acted.computeIfAbsent(event.path().value(), path -> new ArrayList<>());
        synchronized (orders) {
            orders.add(n);
        }
        EventInput receipt = EventInput.builder()
                .type("receipt")
                .payload(JsonCodec.toTree(new TreeMap<>(Map.of("n", n, "sum", sum))))
                .build();
        return Effects.done(work.apply(n).thenCompose(done -> effects.append(receipt)));
    }
}
