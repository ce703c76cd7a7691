package dev.millrace.processors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.Limits;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** An engine with a test clock, and one of its streams. */
final class Stage implements AutoCloseable {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Steps STEPS = new Steps(START.getEpochSecond());

    final VirtualTimers time;
    final EventStreams streams;
    private final StreamEngine engine;
    private final List<BooleanSupplier> idle = new CopyOnWriteArrayList<>();

    /** A stage whose clock shows this number of seconds. */
    Stage(EventStore store, long second, List<ProcessorProvider> providers) {
        this(store, second, providers, Limits.defaults());
    }

    Stage(EventStore store, long second, List<ProcessorProvider> providers, Limits limits) {
        this.time = new VirtualTimers(START.plusSeconds(second));
        this.engine = StreamEngine.builder(store)
                .timers(time)
                .processors(providers)
                .limits(limits)
                .start();
        this.streams = engine.streams(ProjectSlug.defaultProject());
        idle.add(engine::isIdle);
    }

    /** A stage with a scheduler, at second 0. */
    static Stage over(EventStore store) {
        return new Stage(store, 0, List.of(new SchedulerProvider()));
    }

    static <T> T get(CompletableFuture<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    static EventInput event(EventType type, String payload) {
        return EventInput.builder()
                .type(type.name())
                .payload(JsonCodec.parse(payload.replace('\'', '"')))
                .build();
    }

    /** Appends an {@code append-scheduled}. */
    static EventInput scheduled(String slug, String target, String schedule) {
        return event(
                EventType.of(ScheduleEvent.AppendScheduled.class),
                "{'slug': '" + slug + "', 'append': " + target + ", 'schedule': " + schedule + "}");
    }

    static String every(int seconds) {
        return "{'kind': 'every', 'intervalSeconds': " + seconds + "}";
    }

    static String in(int seconds) {
        return "{'kind': 'once-in', 'delaySeconds': " + seconds + "}";
    }

    /** Configures a schedule of the type {@code tick} directly. */
    static EventInput configured(String slug, String callback, String payloadJson, String schedule, long nextRunAt) {
        return EventInput.of(new ScheduleEvent.Configured(
                slug,
                callback,
                Optional.of(JsonCodec.parse(JsonCodec.writeText(payloadJson.replace('\'', '"')))),
                (ObjectNode) JsonCodec.parse(schedule.replace('\'', '"')),
                START.getEpochSecond() + nextRunAt));
    }

    Stage append(EventInput... inputs) throws Exception {
        for (EventInput input : inputs) {
            AppendResult appended = get(streams.append(PATH, input));
            assertThat(appended.event().type()).isEqualTo(input.type());
        }
        return this;
    }

    /** From now on, the clock also waits for this runner. */
    <S> ProcessorRunner<S> clockWaitsFor(ProcessorRunner<S> runner) {
        idle.add(() -> runner.isIdle() || runner.ended().isDone());
        return runner;
    }

    /** Checks twice: the engine and the runner are checked one after the other and can cause each other's work. */
    private boolean isIdle() {
        return Stream.concat(idle.stream(), idle.stream()).allMatch(BooleanSupplier::getAsBoolean);
    }

    /** Moves the clock to this second as soon as all work is finished. */
    Stage at(long second) {
        time.advanceWhen(this::isIdle, Duration.between(time.now(), START.plusSeconds(second)));
        return this;
    }

    /** Lets this time pass, as soon as all work is finished; returns when all work is finished again. */
    void pass(Duration time) {
        this.time.advanceWhen(this::isIdle, time);
        this.time.advanceWhen(this::isIdle, Duration.ZERO);
    }

    List<Event> log() throws Exception {
        return get(streams.read(PATH, ReadRange.all()));
    }

    /** Waits until the log has exactly these lines. */
    Stage shows(String... lines) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(STEPS.of(log())).containsExactly(lines));
        return this;
    }

    /** Waits until the log has exactly these lines after the first {@code known} ones. */
    Stage showsAfter(int known, String... lines) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(
                        () -> assertThat(STEPS.of(log()).stream().skip(known)).containsExactly(lines));
        return this;
    }

    static List<String> steps(List<Event> log) {
        return STEPS.of(log);
    }

    /** The newest event. */
    Event last() throws Exception {
        List<Event> log = log();
        return log.get(log.size() - 1);
    }

    JsonNode state() throws Exception {
        JsonNode slice = get(streams.state(PATH)).processors().get("scheduler");
        return JsonCodec.parse(JsonCodec.writeText(Objects.requireNonNull(slice, "it is hosted here")));
    }

    @Override
    public void close() {
        engine.stop(Duration.ofSeconds(1));
    }
}
