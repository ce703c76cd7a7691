package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A benchmark of a tool round trip in the durable store, with a model of no latency: the time from the end of a tool's
 * code to the next request at the model, and from the end of a response with a call to the next request. Beside them
 * stands the time of one durable append, measured in the same run between the conversations. Prints a Markdown table.
 *
 * <p>Run it from the root of the checkout: {@code benchmarks/run tools [conversations]}.
 */
public final class ToolBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CALLS = 20;
    private static final int WARM_UP = 5;

    private final List<Long> appends = new ArrayList<>();
    private final List<Long> fromResult = new ArrayList<>();
    private final List<Long> roundTrips = new ArrayList<>();
    private final ExecutorService modelThread = Executors.newSingleThreadExecutor();

    // Written by one thread at a time, in the order of the log.
    private volatile long responseEnd;
    private volatile long toolEnd;
    private volatile int callsLeft;
    private volatile boolean isWarm;

    private ToolBenchmark() {}

    record Order(String id) {}

    /** Takes the number of conversations, each of which has {@value #CALLS} calls; 50 by default. */
    public static void main(String... arguments) throws Exception {
        int conversations = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50;
        Path directory = Files.createTempDirectory("millrace-tools");
        try (StreamEngine engine = StreamEngine.builder(SqliteEventStore.open(directory.resolve("store")))
                .start()) {
            new ToolBenchmark().run(engine.streams(ProjectSlug.defaultProject()), conversations);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private void run(EventStreams streams, int conversations) throws Exception {
        Agent agent = Agent.named("shop")
                .model(new InstantModel())
                .tool(Tool.of("find_order", Order.class, this::find).readOnly())
                .build();
        try (Agents agents = Agents.on(streams).serve("/shop", agent).start()) {
            agents.awaitReady(LIMIT);
            for (int i = -WARM_UP; i < conversations; i++) {
                isWarm = i >= 0;
                append(streams);
                callsLeft = CALLS;
                toolEnd = 0;
                agents.at("/shop/" + (i + WARM_UP)).say("Find all orders.").await(LIMIT);
            }
        } finally {
            modelThread.shutdown();
        }
        System.out.println("| " + conversations + " conversations of " + CALLS + " calls | p50, ms | p99, ms |");
        System.out.println("|---|--:|--:|");
        row("one durable append", appends);
        row("end of the tool's code to the next request: 2 appends", fromResult);
        row("end of the response to the next request: 6 appends", roundTrips);
    }

    private String find(Order order) {
        toolEnd = System.nanoTime();
        return "order " + order.id() + " was sent";
    }

    /** Appends as many events as a conversation has calls, one after the other. */
    private void append(EventStreams streams) throws Exception {
        JsonNode payload = JsonCodec.parse("{\"requestId\":12,\"callId\":\"call_1\",\"host\":\"shop\"}");
        EventInput event =
                EventInput.builder().type("measured").payload(payload).build();
        for (int i = 0; i < CALLS; i++) {
            long begin = System.nanoTime();
            streams.append("/measured", event).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (isWarm) {
                appends.add(System.nanoTime() - begin);
            }
        }
    }

    private static void row(String what, List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        System.out.println(String.format(
                Locale.ROOT, "| %s | %.1f | %.1f |", what, percentile(sorted, 50) / 1e6, percentile(sorted, 99) / 1e6));
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
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
            if (isWarm && toolEnd > 0) {
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
