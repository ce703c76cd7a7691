package dev.millrace.benchmarks;

import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.Measurement;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.benchmarks.suite.Subject;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.processors.agent.AgentState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A long conversation in the durable store: what the agent's reducer costs for each event and how large its state is, how
 * long the agent takes to read the prompt of one request, and how long a runner takes to start.
 */
final class AgentRows {
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final int LONG = 10_000;
    private static final int SHORT = 100;

    private AgentRows() {}

    static List<Row> all() {
        return List.of(
                new Row(
                        "agent-fold",
                        "The agent's reducer",
                        List.of(Measure.cost("ns per event"), Measure.cost("state, bytes")),
                        build -> new Subject("10,000 turns", settings -> fold(settings, settings.sizeOr(LONG))),
                        List.of(new Subject("100 turns", settings -> fold(settings, SHORT)))),
                new Row(
                        "agent-prompt",
                        "The prompt of one request, read with all chunks",
                        List.of(Measure.cost("ms")),
                        build -> new Subject("10,000 turns", settings -> prompt(settings, settings.sizeOr(LONG))),
                        List.of(new Subject("100 turns", settings -> prompt(settings, SHORT)))),
                new Row(
                        "agent-start",
                        "Start of a runner of the agent, 10,000 turns",
                        List.of(Measure.cost("ms")),
                        build -> new Subject("with a snapshot", settings -> start(settings, true)),
                        List.of(new Subject("without a snapshot", settings -> start(settings, false)))));
    }

    /** Reduces all events again and again. */
    private static Measurement fold(Settings settings, int turns) throws Exception {
        List<Event> events;
        try (Conversation conversation = Conversation.open(settings, turns)) {
            events = conversation.events();
        }
        return time -> {
            long begin = System.nanoTime();
            long reduced = 0;
            AgentState state = AgentState.empty();
            while (reduced == 0 || System.nanoTime() - begin < time.toNanos()) {
                state = AgentState.empty();
                for (Event event : events) {
                    state = Conversation.AGENT.reduce(state, event);
                }
                reduced += events.size();
            }
            double nanos = (double) (System.nanoTime() - begin) / reduced;
            return new double[] {nanos, JsonCodec.write(state).length};
        };
    }

    private static Measurement prompt(Settings settings, int turns) throws Exception {
        Conversation conversation = Conversation.open(settings, turns);
        return new OfConversation(conversation) {
            @Override
            public double[] run(Duration time) throws Exception {
                long begin = System.nanoTime();
                List<Event> events = conversation
                        .store()
                        .streams()
                        .read(Conversation.PATH, ReadRange.all())
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                if (Conversation.AGENT.prompt(events).parts().isEmpty()) {
                    throw new IllegalStateException("the prompt is empty");
                }
                return new double[] {(System.nanoTime() - begin) / 1e6};
            }
        };
    }

    /** Starts with the snapshot of the start before, or with none. */
    private static Measurement start(Settings settings, boolean hasSnapshot) throws Exception {
        Conversation conversation = Conversation.open(settings, settings.sizeOr(LONG));
        return new OfConversation(conversation) {
            private int starts;

            @Override
            public double[] run(Duration time) throws Exception {
                Path directory = conversation.store().progress().resolve(hasSnapshot ? "kept" : "new-" + ++starts);
                Files.createDirectories(directory);
                long begin = System.nanoTime();
                try (ProgressStore.Durable progress = ProgressStore.inDirectory(directory);
                        ProcessorRunner<AgentState> runner =
                                ProcessorRunner.builder(conversation.store().streams(), Conversation.AGENT).stream(
                                                Conversation.PATH)
                                        .withoutLease()
                                        .progress(progress)
                                        .snapshots(SnapshotStore.inDirectory(directory), AgentState.class)
                                        .start()) {
                    runner.awaitCaughtUp(LIMIT);
                    return new double[] {(System.nanoTime() - begin) / 1e6};
                }
            }
        };
    }

    /** Closes the conversation at the end. */
    private abstract static class OfConversation implements Measurement {
        private final Conversation conversation;

        OfConversation(Conversation conversation) {
            this.conversation = conversation;
        }

        @Override
        public void close() throws Exception {
            conversation.close();
        }
    }
}
