package dev.millrace.benchmarks;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Usage;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A benchmark of a long conversation in the durable store: what its reducer costs for each event, how large the state is,
 * how long a runner takes to open it with a snapshot, and how long the agent takes to read the prompt of one request.
 * Prints Markdown tables.
 *
 * <p>Run it from the root of the checkout: {@code benchmarks/run agent [turns]}.
 */
public final class AgentBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final int SHORT = 100;
    private static final int CHUNKS = 8;
    private static final int ROUNDS = 7;
    private static final int PAGE = 500;

    private final AgentProcessor agent = AgentProcessor.of(
            OpenAiModel.builder().baseUrl("http://localhost:1").build());

    private AgentBenchmark() {}

    /** Takes the number of turns, 10,000 by default. */
    public static void main(String... arguments) throws Exception {
        int turns = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        Path directory = Files.createTempDirectory("millrace-agent");
        try (StreamEngine engine = StreamEngine.builder(SqliteEventStore.open(directory.resolve("store")))
                .start()) {
            new AgentBenchmark().run(engine.streams(ProjectSlug.defaultProject()), directory, turns);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private void run(EventStreams streams, Path directory, int turns) throws Exception {
        List<Event> few = converse(streams, StreamPath.of("/benchmarks/short"), SHORT);
        StreamPath longPath = StreamPath.of("/benchmarks/long");
        List<Event> many = converse(streams, longPath, turns);
        System.out.println("| folding | ns per event: median | spread | ratio | state, bytes |");
        System.out.println("|---|--:|--:|--:|--:|");
        double reference = fold(SHORT + " turns", few, turns / SHORT, 0);
        fold(turns + " turns", many, 1, reference);
        System.out.println();
        System.out.println("| opening " + many.size() + " events | ms |");
        System.out.println("|---|--:|");
        open("without a snapshot", streams, longPath, directory);
        for (int round = 0; round < 3; round++) {
            open("with a snapshot", streams, longPath, directory);
        }
        long begin = System.nanoTime();
        int parts = agent.prompt(streams.read(longPath, ReadRange.all()).get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .parts()
                .size();
        System.out.println("| the prompt of " + parts + " parts, read with all chunks | "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " |");
    }

    private List<Event> converse(EventStreams streams, StreamPath path, int turns) throws Exception {
        List<EventInput> page = new ArrayList<>();
        long head = 1;
        for (int turn = 0; turn < turns; turn++) {
            for (AgentEvent event : turn(head)) {
                page.add(EventInput.of(event));
            }
            head += CHUNKS + 4;
            if (page.size() + CHUNKS + 4 > PAGE || turn == turns - 1) {
                streams.appendAll(path, List.copyOf(page)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                page.clear();
            }
        }
        return streams.read(path, ReadRange.all()).get(LIMIT.toSeconds(), TimeUnit.SECONDS).stream()
                .map(event -> event.decodedBy(agent.events()))
                .toList();
    }

    /** A question and its answer; {@code head} is the offset of the newest event. */
    private static List<AgentEvent> turn(long head) {
        long request = head + 2;
        List<AgentEvent> events = new ArrayList<>();
        events.add(InputAdded.user("What is the answer to question number " + head + "?"));
        events.add(new RequestStarted(
                head + 1, "m", 1, "launch", Optional.of("openai"), Optional.empty(), Optional.empty()));
        for (int i = 0; i < CHUNKS; i++) {
            events.add(new ChunkAdded(request, 0, "text", "a few words of it ", i, i));
        }
        events.add(new ItemCompleted(
                request, 0, new ModelItem.Message("a few words of it ".repeat(CHUNKS)), Optional.empty()));
        events.add(new RequestCompleted(
                request,
                Optional.empty(),
                Optional.of("m"),
                "completed",
                Optional.empty(),
                Optional.of(Usage.of(1_000, 50)),
                800,
                Optional.of(90L)));
        return events;
    }

    private double fold(String what, List<Event> events, int repeat, double reference) {
        List<Double> samples = new ArrayList<>();
        AgentState state = AgentState.empty();
        for (int round = -3; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            for (int i = 0; i < repeat; i++) {
                state = AgentState.empty();
                for (Event event : events) {
                    state = agent.reduce(state, event);
                }
            }
            if (round >= 0) {
                samples.add((double) (System.nanoTime() - begin) / repeat / events.size());
            }
        }
        samples.sort(null);
        double median = samples.get(ROUNDS / 2);
        System.out.println(String.format(
                Locale.ROOT,
                "| %s, %d events | %.0f | %.0f - %.0f | %.2f | %d |",
                what,
                events.size(),
                median,
                samples.get(0),
                samples.get(ROUNDS - 1),
                reference == 0 ? 1 : median / reference,
                JsonCodec.write(state).length));
        return median;
    }

    private void open(String what, EventStreams streams, StreamPath path, Path directory) {
        long begin = System.nanoTime();
        try (ProgressStore.Durable progress = ProgressStore.inDirectory(directory.resolve("progress"));
                ProcessorRunner<AgentState> runner = ProcessorRunner.builder(streams, agent).stream(path)
                        .withoutLease()
                        .progress(progress)
                        .snapshots(SnapshotStore.inDirectory(directory.resolve("progress")), AgentState.class)
                        .start()) {
            runner.awaitCaughtUp(LIMIT);
            System.out.println("| " + what + " | " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " |");
        }
    }
}
