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
 * Processors on one stream, over the real runner and the real engine, in a world that a test turns: time stands still until
 * it is advanced, the network goes down and comes up, processes crash.
 *
 * <pre>{@code
 * try (StreamHarness harness = StreamHarness.of(chat)) {
 *     harness.play(new UserSaid("ping")).crash().refold();
 *     assertThat(harness).hasAppended(chat, new AssistantSaid("pong"));
 * }
 * }</pre>
 *
 * <p>Everything happens on the thread that plays, one step at a time: a batch of events is delivered, an effect runs, an
 * append is stored, its answer arrives. The seed decides how deliveries are cut into batches and which of several ready
 * steps comes first, so a run with the same seed is the same run; failures name it, and {@link #underSeeds} plays a test
 * under many. Each call goes on until nothing is left to do that needs neither time nor anybody else: nothing ever
 * sleeps. What a test's own threads complete is seen by the next call, or waited for by {@link #awaitIdle}.
 *
 * <p>Not safe for use by many threads.
 */
public final class StreamHarness implements AutoCloseable {
    /** Whoever is not at rest by then goes round in circles. */
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
        path = builder.path();
        List<Event> given = builder.given().isEmpty() ? List.of(initialized(path)) : builder.given();
        seed = builder.seed();
        givenThrough = given.get(given.size() - 1).offset();
        playedFrom = givenThrough;
        time = new VirtualTimers(given.get(given.size() - 1).createdAt());
        engine = StreamEngine.builder(PreloadedStore.of(given))
                .timers(new NonFiringTimers(time))
                .start();
        steps = new StepScheduler(new Random(seed));
        network = new HarnessNetwork(engine, time, steps);
        builder.processors()
                .forEach(processor -> runs.put(
                        processor,
                        new HarnessProcessor<>(processor, path, builder.effectsFrom(), network, time, seed)));
        settle();
    }

    /** The first event of every stream, written here so that the stream has the same name for its life in every run. */
    private static Event initialized(StreamPath path) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("projectSlug", ProjectSlug.defaultProject().toString()).put("path", path.toString());
        return new TestEventFactory(path)
                .next(EventInput.builder()
                        .type(BuiltInType.INITIALIZED.type())
                        .payload(payload)
                        .build());
    }

    /** A harness of these processors on {@code /test}, with the seed 1. */
    public static StreamHarness of(Processor<?>... processors) {
        return builder(processors).start();
    }

    /** A harness of these processors, each with a slug of its own, to be configured. */
    public static HarnessBuilder builder(Processor<?>... processors) {
        return new HarnessBuilder(List.of(processors));
    }

    /**
     * Plays a test under this many seeds, from 1.
     *
     * @throws AssertionError naming the seed under which it failed first
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

    /**
     * These events come from outside, at the time it is.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link EventInput}s
     */
    public StreamHarness play(Object... payloads) {
        playedFrom = head();
        Arrays.stream(payloads).map(TestEventFactory::input).forEach(this::append);
        return settle();
    }

    /**
     * The events of a log come again, in the time they took: those that came from outside. What the processors here, or the
     * service itself, appended to it is left out, because they will do so again.
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

    /** From now on a read by a processor's subscription, or by its effects, fails whenever this says so. */
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
     * Time passes; whatever falls due happens at its time.
     *
     * @throws IllegalArgumentException when it is negative
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

    /** Every processor's process dies where it stands, and is started again with the progress it had saved. */
    public StreamHarness crash() {
        runs.values().forEach(HarnessProcessor::crash);
        runs.values().forEach(HarnessProcessor::restart);
        return settle();
    }

    /**
     * As a crash, so many steps after these events came: somewhere between a delivery, an effect, an append, and the answer to it.
     * With as many steps as there are, it dies when all is done.
     *
     * @param after how many steps, 0 or more
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
     * As a crash before the acknowledgements since the last {@code play} were saved: the effects of its events are done
     * again. That must append nothing, because what they append has keys.
     *
     * @throws AssertionError when something was appended
     */
    public StreamHarness redeliver() {
        return again("redelivery", () -> {
            runs.values().forEach(HarnessProcessor::crash);
            runs.values().forEach(run -> run.rollBack(playedFrom));
            runs.values().forEach(HarnessProcessor::restart);
        });
    }

    /**
     * Every processor is started again when all is done, and folds its log from the beginning. That must append nothing
     * and give the same states.
     *
     * @throws AssertionError when something was appended, or a state is another one, naming the first difference
     */
    public StreamHarness refold() {
        settle();
        Map<HarnessProcessor<?>, JsonNode> before = new LinkedHashMap<>();
        runs.values().forEach(run -> before.put(run, stateJson(run)));
        again("refold", () -> {
            runs.values().forEach(HarnessProcessor::crash);
            runs.values().forEach(HarnessProcessor::restart);
        });
        before.forEach((run, state) -> JsonDifference.between(state, stateJson(run))
                .ifPresent(difference -> {
                    throw failure("the state of '" + run.processor().slug() + "' on " + path
                            + " is another one after the refold; first difference at " + difference
                            + "; everything in it must come from events");
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
            throw failure("the " + what + " appended to " + path + ", where everything was done already:\n"
                    + EventComparison.yaml(more));
        }
        return this;
    }

    private static <S> JsonNode stateJson(HarnessProcessor<S> run) {
        return run.json().write(run.runner().state(), "in the harness");
    }

    /** The network goes down: nothing is delivered, and what processors append does not arrive. */
    public StreamHarness disconnect() {
        network.goDown();
        return settle();
    }

    /** The network comes up again, after a gap as long as time was advanced. */
    public StreamHarness reconnect() {
        network.comeUp();
        return settle();
    }

    /** Does whatever can be done now; every other call here does so too. */
    public StreamHarness settle() {
        if (settling) {
            throw new IllegalStateException("the harness was called from inside an effect; call it from the test");
        }
        settling = true;
        try {
            for (int i = 0; steps.next(); i++) {
                if (i > MOST_STEPS) {
                    throw failure("the processors on " + path + " do not come to rest: after " + MOST_STEPS
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
     * Waits for what threads of the test complete, until no processor has anything left to do.
     *
     * @throws AssertionError when one still has after the bound, saying which
     */
    public StreamHarness awaitIdle(Duration bound) {
        long end = System.nanoTime() + bound.toNanos();
        settle();
        try {
            while (!busy().isEmpty()) {
                if (!steps.await(end - System.nanoTime())) {
                    throw failure("not at rest within " + bound + ": " + String.join(", ", busy()) + " on " + path
                            + "; complete every future that a fake hands out, or advance the time");
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

    /** Where a processor stands. */
    public RunnerStatus status(Processor<?> processor) {
        return runner(processor).status();
    }

    /** Whether a processor has nothing left to do, as {@link ProcessorRunner#isIdle()} means it. */
    public boolean isIdle(Processor<?> processor) {
        return runner(processor).isIdle();
    }

    @SuppressWarnings("unchecked") // runs are kept under their own processors
    private <S> ProcessorRunner<S> runner(Processor<S> processor) {
        HarnessProcessor<?> run = runs.get(processor);
        if (run == null) {
            throw new IllegalArgumentException("no processor '" + processor.slug() + "' of this harness; there are "
                    + runs.keySet().stream().map(Processor::slug).toList());
        }
        return ((HarnessProcessor<S>) run).runner();
    }

    /** Everything on the stream. */
    public List<Event> log() {
        return log(path.toString());
    }

    /** Everything on another stream, as {@link StreamPath#of(String)} reads its path. */
    public List<Event> log(String other) {
        return EngineCalls.await(network.engine().read(StreamPath.of(other), ReadRange.all()));
    }

    /** What a processor appended to the stream since the given part, decoded by it; that it halted is not its word. */
    public List<Event> appendedBy(Processor<?> processor) {
        return appendedBy(processor, path);
    }

    /** As the public one, to whichever stream. */
    public List<Event> appendedBy(Processor<?> processor, StreamPath target) {
        return log(target.toString()).stream()
                .filter(event -> (event.offset() > givenThrough || !target.equals(path))
                        && !BuiltInType.PROCESSOR_HALTED.matches(event.type())
                        && event.provenance().map(Provenance::processor).equals(Optional.of(processor.slug())))
                .map(event -> event.decodedBy(processor.events()))
                .toList();
    }

    /** Every stream that was ever touched, the own one first. */
    public Set<StreamPath> paths() {
        Set<StreamPath> paths = new LinkedHashSet<>(List.of(path));
        EngineCalls.await(network.engine().list(StreamPath.root())).stream()
                .map(StreamSummary::path)
                .forEach(paths::add);
        return paths;
    }

    /** The time it is. */
    public Instant now() {
        return time.now();
    }

    /** What decides chance here. */
    public long seed() {
        return seed;
    }

    AssertionError failure(String text) {
        return new AssertionError("[seed " + seed + "] " + text);
    }

    /** The end of the log, for messages. */
    List<Event> tail() {
        List<Event> log = log();
        return log.subList(Math.max(0, log.size() - 10), log.size());
    }

    private long head() {
        return network.head(path).map(head -> head.lastOffset()).orElse(0L);
    }

    /** Ends every processor where it stands. */
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
