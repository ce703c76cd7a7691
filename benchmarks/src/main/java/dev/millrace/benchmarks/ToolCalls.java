package dev.millrace.benchmarks;

import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.tool.Tool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An agent with one tool, and a model that answers at once. */
final class ToolCalls implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CALLS = 20;

    private final StoreDirectory store;
    private final ExecutorService modelThread = Executors.newSingleThreadExecutor();
    private final Agents agents;
    private final List<Long> fromResult = new ArrayList<>();
    private final List<Long> roundTrips = new ArrayList<>();
    private int conversations;

    // Written by one thread at a time, in the order of the log.
    private volatile long responseEnd;
    private volatile long toolEnd;
    private volatile int callsLeft;

    ToolCalls(StoreDirectory store) {
        this.store = store;
        Agent agent = Agent.named("shop")
                .model(new InstantModel())
                .tool(Tool.of("find_order", Order.class, this::find).readOnly())
                .build();
        agents = Agents.on(store.streams()).serve("/shop", agent).start();
        agents.awaitReady(LIMIT);
    }

    record Order(String id) {}

    /** In nanoseconds: from the end of the tool's code, and from the end of the response, to the next request. */
    record Times(List<Long> fromResult, List<Long> roundTrips) {}

    /** Has conversations of 20 calls each for some time, at least one. */
    Times converse(Duration time) {
        fromResult.clear();
        roundTrips.clear();
        long start = System.nanoTime();
        do {
            callsLeft = CALLS;
            toolEnd = 0;
            agents.at("/shop/" + ++conversations).say("Find all orders.").await(LIMIT);
        } while (System.nanoTime() - start < time.toNanos());
        return new Times(List.copyOf(fromResult), List.copyOf(roundTrips));
    }

    private String find(Order order) {
        toolEnd = System.nanoTime();
        return "order " + order.id() + " was sent";
    }

    @Override
    public void close() throws IOException {
        agents.close();
        modelThread.shutdown();
        store.close();
    }

    /** Answers at once: with one call, until the conversation has all its calls, then with a text. */
    private final class InstantModel implements Model {
        @Override
        public String provider() {
            return "instant";
        }

        @Override
        public String baseUrl() {
            return "http://instant";
        }

        @Override
        public String defaultModel() {
            return "instant";
        }

        @Override
        public Runnable send(Prompt prompt, ModelSink sink) {
            long now = System.nanoTime();
            if (toolEnd > 0) {
                fromResult.add(now - toolEnd);
                roundTrips.add(now - responseEnd);
            }
            modelThread.execute(() -> answer(sink));
            return () -> {};
        }

        private void answer(ModelSink sink) {
            int left = callsLeft;
            callsLeft = left - 1;
            ModelItem item = left > 0
                    ? new ModelItem.ToolCall("call_" + left, "find_order", "{\"id\":\"" + left + "\"}")
                    : new ModelItem.Message("All orders were sent.");
            sink.item(0, item, Optional.empty());
            responseEnd = System.nanoTime();
            sink.end(new ModelResult.Response(
                    Optional.empty(), Optional.of("instant"), Optional.empty(), Optional.empty()));
        }
    }
}
