package dev.millrace.testkit.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.Provenance;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.testkit.internal.event.EngineCalls;
import dev.millrace.testkit.internal.event.EventComparison;
import dev.millrace.testkit.internal.event.PreloadedStore;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.log.RecordedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * A deterministic simulation of processors on one stream, with the real runner and the real engine. The test controls
 * the clock, the network and crashes.
 *
 * <pre>{@code
 * try (StreamHarness harness = StreamHarness.of(chat)) {
 *     harness.play(new UserSaid("ping")).crash().refold();
 *     assertThat(harness).hasAppended(chat, new AssistantSaid("pong"));
 * }
 * }</pre>
 *
 * <p>Processors run only inside a call of the harness, on the calling thread, step by step: a batch of events is
 * delivered, an effect runs, an append is stored, its response arrives. Each call runs steps until the processors can
 * continue only after {@link #advance}, {@link #reconnect}, or a result from the test's own threads. Nothing sleeps.
 * The next call sees results of the test's own threads; {@link #awaitIdle} waits for them.
 *
 * <p>The seed decides the size of batches and the order of steps that are ready at the same time. Runs with the same
 * seed are equal, and every failure names its seed. {@link #underSeeds} runs a test with many seeds. Payload arguments
 * are objects of classes with {@code @EventName}, or {@link EventInput}s. Not thread-safe.
 *
 * @since 0.1
 */
public final class StreamHarness implements AutoCloseable {
    /** Processors that still run after so many steps are in an endless loop. */
    private static final int MOST_STEPS = 1_000_000;

    private final StreamPath path;
    private final long seed;
    private final VirtualTimers time;
    private final StreamEngine engine;
    private final StepScheduler steps;
    private final HarnessNetwork network;
    private final Map<Processor<?>, HarnessProcessor<?>> runs = new LinkedHashMap<>();
    private final long givenThrough;
    private long playedFrom;
    private boolean settling;

    StreamHarness(HarnessBuilder builder) {
        path = builder.path;
        List<Event> given = builder.given.isEmpty() ? List.of(initialized(path)) : builder.given;
        seed = builder.seed;
        givenThrough = given.get(given.size() - 1).offset();
        playedFrom = givenThrough;
        time = new VirtualTimers(given.get(given.size() - 1).createdAt());
        engine = StreamEngine.builder(PreloadedStore.of(given))
                .timers(new NonFiringTimers(time))
                .start();
        steps = new StepScheduler(new Random(seed));
        network = new HarnessNetwork(engine, time, steps);
        builder.processors.forEach(processor ->
                runs.put(processor, new HarnessProcessor<>(processor, path, builder.effectsFrom, network, time, seed)));
        settle();
    }

    /** The first event of the stream, written here so that its incarnation is the same in every run. */
    private static Event initialized(StreamPath path) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("projectSlug", ProjectSlug.defaultProject().toString()).put("path", path.toString());
        return new TestEventFactory(path)
                .next(EventInput.builder()
                        .type(BuiltInType.INITIALIZED.type())
                        .payload(payload)
                        .build());
    }

    /** Starts these processors on {@code /test}, with the seed 1. */
    public static StreamHarness of(Processor<?>... processors) {
        return builder(processors).start();
    }

    /**
     * Returns a builder for a harness of these processors. Two instances with the same slug are like two processes that
     * run one processor without a lease.
     */
    public static HarnessBuilder builder(Processor<?>... processors) {
        return new HarnessBuilder(List.of(processors));
    }

    /**
     * Runs a test with the seeds from 1 to {@code count}.
     *
     * @throws AssertionError naming the first seed with which it failed
     */
    public static void underSeeds(int count, LongConsumer test) {
        for (long seed = 1; seed <= count; seed++) {
            try {
                test.accept(seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("under seed " + seed + " of " + count + ": " + failure.getMessage(), failure);
            }
        }
    }

    /** Appends these events from outside, at the current time of the harness. */
    public StreamHarness play(Object... payloads) {
        playedFrom = head();
        Arrays.stream(payloads).map(TestEventFactory::input).forEach(this::append);
        return settle();
    }

    /**
     * Appends the events of a log again, with the same times between them. Events that these processors or the service
     * appended are left out, because they append them again.
     */
    public StreamHarness play(RecordedLog log) {
        playedFrom = head();
        Optional<Instant> last = Optional.empty();
        for (Event event : log.events()) {
            last.map(before -> Duration.between(before, event.createdAt()))
                    .filter(gap -> !gap.isNegative() && !gap.isZero())
                    .ifPresent(this::pass);
            last = Optional.of(event.createdAt());
            if (isFromOutside(event)) {
                append(EventInput.builder()
                        .type(event.type())
                        .payload(event.payloadJson())
                        .build());
            }
        }
        return settle();
    }

    private boolean isFromOutside(Event event) {
        boolean own = event.provenance()
                .map(Provenance::processor)
                .filter(slug -> runs.keySet().stream()
                        .anyMatch(processor -> processor.slug().equals(slug)))
                .isPresent();
        boolean announced = event.idempotencyKey()
                .filter(key -> key.startsWith("millrace/"))
                .isPresent();
        return !own && !announced && !BuiltInType.INITIALIZED.matches(event.type());
    }

    /** Lets reads by subscriptions and effects fail from now on, each time that this returns true. */
    void failReads(BooleanSupplier whenever) {
        network.failReads(whenever);
    }

    private void append(EventInput input) {
        Event event = EngineCalls.await(network.engine().append(path, input)).event();
        if (BuiltInType.INVALID_EVENT_APPENDED.matches(event.type())
                && !BuiltInType.INVALID_EVENT_APPENDED.matches(input.type())) {
            throw new AssertionError("The event is not valid: " + input.type() + " on " + path + "; "
                    + event.payloadJson().path("error").asText() + "; correct it");
        }
        network.changed();
        for (int i = steps.chance(4); i > 0; i--) {
            steps.next();
        }
    }

    /**
     * Advances the clock; timers fire at their time.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public StreamHarness advance(Duration by) {
        pass(by);
        return settle();
    }

    private void pass(Duration by) {
        Instant target = time.now().plus(by);
        settle();
        for (Optional<Instant> due = time.nextDue();
                due.filter(next -> !next.isAfter(target)).isPresent();
                due = time.nextDue()) {
            Duration step = Duration.between(time.now(), due.orElseThrow());
            time.advance(step.isNegative() ? Duration.ZERO : step);
            settle();
        }
        time.advance(Duration.between(time.now(), target));
    }

    /** Stops every processor at its current step, as a crash does, and starts it again with its saved progress. */
    public StreamHarness crash() {
        runs.values().forEach(HarnessProcessor::crash);
        runs.values().forEach(HarnessProcessor::restart);
        return settle();
    }

    /** Like {@link #crash()}, for one processor. */
    public StreamHarness crash(Processor<?> processor) {
        run(processor).crash();
        run(processor).restart();
        return settle();
    }

    /** Stops one processor at its current step, as a crash does. {@link #crash(Processor)} starts it again. */
    public StreamHarness kill(Processor<?> processor) {
        run(processor).crash();
        return settle();
    }

    /**
     * Appends these events and crashes after so many steps: between a delivery, an effect, an append and its response.
     * If there are fewer steps, the crash follows the last one.
     *
     * @param after number of steps, 0 or more
     */
    public StreamHarness crashWhilePlaying(int after, Object... payloads) {
        playedFrom = head();
        Arrays.stream(payloads).map(TestEventFactory::input).forEach(input -> {
            EngineCalls.await(network.engine().append(path, input));
            network.changed();
        });
        for (int i = 0; i < after && steps.next(); i++) {}
        return crash();
    }

    /**
     * Crashes as if no progress since the last {@code play} was saved, so the effects of its events run again. Their
     * appends have the same idempotency keys, so no event may be stored.
     *
     * @throws AssertionError if an event was stored
     */
    public StreamHarness redeliver() {
        return again("redelivery", () -> {
            runs.values().forEach(HarnessProcessor::crash);
            runs.values().forEach(run -> run.rollBack(playedFrom));
            runs.values().forEach(HarnessProcessor::restart);
        });
    }

    /**
     * Starts every processor again when all work is done; each reduces the log from the beginning. No event may be
     * appended, and the states must be the same.
     *
     * @throws AssertionError if an event was appended or a state differs, with the first difference
     */
    public StreamHarness refold() {
        settle();
        Map<HarnessProcessor<?>, JsonNode> before = new LinkedHashMap<>();
        runs.values().forEach(run -> before.put(run, stateJson(run)));
        again("refold", this::crash);
        before.forEach((run, state) -> JsonDifference.between(state, stateJson(run))
                .ifPresent(difference -> {
                    throw failure("the state of '" + run.processor().slug() + "' on " + path
                            + " differs after the refold; first difference at " + difference
                            + "; compute everything in the state from events");
                }));
        return this;
    }

    private StreamHarness again(String what, Runnable lives) {
        settle();
        long before = head();
        lives.run();
        settle();
        List<Event> more =
                log().stream().filter(event -> event.offset() > before).toList();
        if (!more.isEmpty()) {
            throw failure("the " + what + " appended to " + path + ", although all work was done before:\n"
                    + EventComparison.yaml(more));
        }
        return this;
    }

    private static <S> JsonNode stateJson(HarnessProcessor<S> run) {
        return run.json().write(run.runner().state(), "in the harness");
    }

    /** Disconnects the network: no event is delivered, and every call of a processor fails. */
    public StreamHarness disconnect() {
        network.goDown();
        return settle();
    }

    /** Connects the network again; the gap is as long as the clock was advanced. */
    public StreamHarness reconnect() {
        network.comeUp();
        return settle();
    }

    /** Runs every step that is ready; most other calls do so too. */
    public StreamHarness settle() {
        if (settling) {
            throw new IllegalStateException("the harness was called by an effect; call it from the test only");
        }
        settling = true;
        try {
            for (int i = 0; steps.next(); i++) {
                if (i > MOST_STEPS) {
                    throw failure("the processors on " + path + " do not become idle: after " + MOST_STEPS
                            + " steps the log has " + head() + " events, and its end is\n"
                            + EventComparison.yaml(tail()));
                }
            }
        } finally {
            settling = false;
        }
        return this;
    }

    /**
     * Waits until all processors are idle, including their work on the test's own threads.
     *
     * @throws AssertionError if a processor is still busy after this time, with its name
     */
    public StreamHarness awaitIdle(Duration bound) {
        long end = System.nanoTime() + bound.toNanos();
        settle();
        try {
            while (!busy().isEmpty()) {
                if (!steps.await(end - System.nanoTime())) {
                    throw failure("not idle within " + bound + ": " + String.join(", ", busy()) + " on " + path
                            + "; complete every future that a fake returned, or advance the time");
                }
                settle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the processors on " + path, e);
        }
        return this;
    }

    private List<String> busy() {
        List<String> busy = new ArrayList<>();
        runs.forEach((processor, run) -> {
            if (!run.runner().isIdle() && run.runner().status().phase() != RunnerStatus.Phase.HALTED) {
                busy.add(processor.slug());
            }
        });
        return busy;
    }

    /** The newest state of a processor. */
    public <S> S state(Processor<S> processor) {
        return runner(processor).state();
    }

    /** The status of a processor. */
    public RunnerStatus status(Processor<?> processor) {
        return runner(processor).status();
    }

    /** Whether a processor is idle; see {@link ProcessorRunner#isIdle()}. */
    public boolean isIdle(Processor<?> processor) {
        return runner(processor).isIdle();
    }

    @SuppressWarnings("unchecked") // runs are kept under their own processors
    private <S> ProcessorRunner<S> runner(Processor<S> processor) {
        return ((HarnessProcessor<S>) run(processor)).runner();
    }

    private HarnessProcessor<?> run(Processor<?> processor) {
        HarnessProcessor<?> run = runs.get(processor);
        if (run == null) {
            throw new IllegalArgumentException("no processor '" + processor.slug() + "' of this harness; there are "
                    + runs.keySet().stream().map(Processor::slug).toList());
        }
        return run;
    }

    /** All events of the stream. */
    public List<Event> log() {
        return log(path.toString());
    }

    /** All events of another stream. */
    public List<Event> log(String other) {
        return EngineCalls.await(network.engine().read(StreamPath.of(other), ReadRange.all()));
    }

    /**
     * The events that this processor appended to the stream after the given log, with payloads decoded by its catalog.
     * {@code processor-halted} events are left out.
     */
    public List<Event> appendedBy(Processor<?> processor) {
        return appendedBy(processor, path);
    }

    public List<Event> appendedBy(Processor<?> processor, StreamPath target) {
        return log(target.toString()).stream()
                .filter(event -> (event.offset() > givenThrough || !target.equals(path))
                        && !BuiltInType.PROCESSOR_HALTED.matches(event.type())
                        && event.provenance().map(Provenance::processor).equals(Optional.of(processor.slug())))
                .map(event -> event.decodedBy(processor.events()))
                .toList();
    }

    /** All streams, the harness's own first. */
    public Set<StreamPath> paths() {
        Set<StreamPath> paths = new LinkedHashSet<>(List.of(path));
        EngineCalls.await(network.engine().list(StreamPath.root())).stream()
                .map(StreamSummary::path)
                .forEach(paths::add);
        return paths;
    }

    /** The current time of the harness. */
    public Instant now() {
        return time.now();
    }

    /** The seed of this run. */
    public long seed() {
        return seed;
    }

    AssertionError failure(String text) {
        return new AssertionError("[seed " + seed + "] " + text);
    }

    List<Event> tail() {
        List<Event> log = log();
        return log.subList(Math.max(0, log.size() - 10), log.size());
    }

    private long head() {
        return network.head(path).map(head -> head.lastOffset()).orElse(0L);
    }

    /** Stops every processor at its current step. */
    @Override
    public void close() {
        runs.values().forEach(HarnessProcessor::crash);
        engine.close();
    }

    @Override
    public String toString() {
        return "StreamHarness of " + runs.keySet().stream().map(Processor::slug).toList() + " on " + path + ", seed "
                + seed;
    }
}
