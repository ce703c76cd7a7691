package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;
import static dev.millrace.processors.scheduler.Stage.scheduled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.EventInput;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The process crashes at each append, before or after the event became durable, and is started again. */
class CrashTest {
    private record Step(long second, List<EventInput> appends, List<String> lines) {}

    private static final List<Step> STORY = List.of(
            step(0, scheduled("a", "{'type': 'tick'}", every(30)), List.of("a asked for", "a configured for 30")),
            step(0, scheduled("b", "{'type': 'tock'}", in(45)), List.of("b asked for", "b configured for 45")),
            step(
                    0,
                    scheduled("c", "{'type': 'chime'}", "{'kind': 'cron', 'cron': '* * * * *'}"),
                    List.of("c asked for", "c configured for 60")),
            new Step(30, List.of(), List.of("a started at 30", "tick", "a succeeded, next 60")),
            new Step(45, List.of(), List.of("tock", "b succeeded, next never")),
            new Step(
                    60,
                    List.of(),
                    List.of("a started at 60", "tick", "a succeeded, next 90", "chime", "c succeeded, next 120")),
            new Step(90, List.of(), List.of("a started at 90", "tick", "a succeeded, next 120")));

    private static final int LAST_OFFSET =
            1 + STORY.stream().mapToInt(step -> step.lines().size()).sum();

    @TempDir
    Path directory;

    private static Step step(long second, EventInput append, List<String> lines) {
        EventInput keyed = EventInput.builder()
                .from(append)
                .idempotencyKey("test-" + lines.get(0))
                .build();
        return new Step(second, List.of(keyed), lines);
    }

    static Stream<Arguments> crashes() {
        return IntStream.rangeClosed(2, LAST_OFFSET)
                .boxed()
                .flatMap(offset -> Stream.of(Arguments.of(offset, false), Arguments.of(offset, true)));
    }

    @ParameterizedTest(name = "at offset {0}, which is durable: {1}")
    @MethodSource("crashes")
    void should_make_every_run_once(int offset, boolean durable) throws Exception {
        CrashingStore mortal = new CrashingStore(SqliteEventStore.open(directory), offset, durable);
        Stage stage = stage(mortal, 0);
        try {
            int known = 0;
            for (Step step : STORY) {
                stage.at(step.second());
                known += step.lines().size();
                boolean dead = !plays(stage, step, known, mortal);
                if (dead) {
                    stage.close();
                    stage = stage(reopened(), step.second());
                    assertThat(plays(stage, step, known, null)).isTrue();
                }
            }
            assertThat(mortal.isCrashed()).isTrue();
            String[] all = STORY.stream().flatMap(step -> step.lines().stream()).toArray(String[]::new);
            stage.shows(all);
        } finally {
            stage.close();
        }
    }

    /** Opens the store when the crashed process has closed it; a stop may close a busy store with a delay. */
    private EventStore reopened() {
        return await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> SqliteEventStore.open(directory), Objects::nonNull);
    }

    private static Stage stage(EventStore store, long second) {
        return new Stage(store, second, List.of(new SchedulerProvider()));
    }

    /** Appends the events of a step and waits for their effects; false if the process crashed meanwhile. */
    private static boolean plays(Stage stage, Step step, int known, @Nullable CrashingStore mortal) throws Exception {
        for (EventInput append : step.appends()) {
            boolean stored = Stage.get(stage.streams.append(Stage.PATH, append).handle((done, failed) -> done != null));
            if (!stored) {
                return false;
            }
        }
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> stage.log().size() > known || (mortal != null && mortal.isCrashed()));
        return mortal == null || !mortal.isCrashed();
    }
}
