package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processors on a copy: they reduce copied events without effects, and start with the first append to the copy. */
class ForkHostingTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath SOURCE = StreamPath.of("/source");
    private static final StreamPath FORK = StreamPath.of("/fork");
    private static final ProjectSlug PUBLIC = ProjectSlug.defaultProject();

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final InMemoryEventStore kept = new InMemoryEventStore();
    private StreamEngine engine = start();

    @AfterEach
    void stop() {
        engine.close();
        kept.close();
    }

    /** Records each effect, and each processor that it starts itself. */
    private record Witness(String slug, List<String> seen, Optional<HostContext> parent) implements Processor<Integer> {
        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            return count + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer count, Event event, Effects<Integer> effects) {
            seen.add(slug + " " + event.path() + "@" + event.offset());
            return Effects.none();
        }

        @Override
        public CompletionStage<Void> onCaughtUp(Integer count, Effects<Integer> effects) {
            seen.add(slug + " " + effects.path() + " caught up");
            parent.ifPresent(context -> effects.launch("child", Effects.because(2), attempt -> {
                ProcessorRunner<?> runner = context.runner(new Witness("child", seen, Optional.empty())).stream(
                                effects.path())
                        .effectsFrom(EffectStartPolicy.after(2))
                        .start();
                attempt.onCancel(() -> runner.stop(Duration.ZERO));
                return runner.ended().thenApply(status -> null);
            }));
            return Effects.none();
        }
    }

    @EventName("https://events.iterate.com/events/stream/schedule/configured")
    record ScheduleConfigured(String slug) {}

    private record WitnessProvider(String name, boolean everywhere, List<ProvidedEvent<?>> events, List<String> seen)
            implements ProcessorProvider {
        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            return new Witness(name, seen, name.equals("attached") ? Optional.of(context) : Optional.empty());
        }
    }

    private StreamEngine start() {
        return StreamEngine.builder(new Unclosable(kept))
                .processors(List.of(
                        new WitnessProvider("everywhere", true, List.of(), seen),
                        new WitnessProvider(
                                "standing",
                                false,
                                List.of(ProvidedEvent.of(ScheduleConfigured.class)
                                        .activating()),
                                seen),
                        new WitnessProvider("attached", false, List.of(), seen)))
                .start();
    }

    private long append(StreamPath path, EventInput input) {
        return get(engine.streams(PUBLIC).append(path, input)).offset();
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private List<String> seenOn(StreamPath path) {
        return seen.stream().filter(line -> line.contains(" " + path)).toList();
    }

    private void awaitSeen(StreamPath path, String... lines) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(seenOn(path)).contains(lines));
    }

    /** Offset 2 attaches a processor, 3 configures another one, 4 is a message. */
    private void givenSource() {
        append(
                SOURCE,
                EventInput.of(new StreamEvent.ProcessorAttached("attached", Optional.empty(), Optional.empty())));
        append(
                SOURCE,
                EventInput.builder()
                        .type("https://events.iterate.com/schedule/configured")
                        .payload(JsonCodec.parse("{\"slug\":\"s\"}"))
                        .build());
        append(SOURCE, EventInput.ofType("said"));
        awaitSeen(SOURCE, "everywhere /source@4", "standing /source@4", "attached /source@4", "child /source@4");
    }

    /** The two ways to begin with the events of another stream. */
    enum Copying {
        FORK,
        IMPORT
    }

    private void givenCopy(Copying copying) {
        switch (copying) {
            case FORK -> get(engine.fork(PUBLIC, SOURCE, 4, FORK));
            case IMPORT -> {
                ByteArrayOutputStream lines = new ByteArrayOutputStream();
                for (EventRecord record : engine.read(PUBLIC, SOURCE, RecordRange.after(0, 4))) {
                    lines.writeBytes(record.json());
                    lines.write('\n');
                }
                get(engine.importEvents(PUBLIC, FORK, lines.toByteArray()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Copying.class)
    void should_do_nothing_on_a_fork_before_its_own_first_append(Copying copying) {
        givenSource();
        givenCopy(copying);
        append(SOURCE, EventInput.ofType("more"));
        awaitSeen(SOURCE, "everywhere /source@5", "standing /source@5", "attached /source@5", "child /source@5");

        assertThat(seenOn(FORK)).isEmpty();
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                get(engine.state(PUBLIC, FORK)).processors().keySet())
                        .contains("everywhere", "standing", "attached"));
        assertThat(get(engine.state(PUBLIC, FORK)).processors()).containsEntry("standing", IntNode.valueOf(4));
    }

    @ParameterizedTest
    @EnumSource(Copying.class)
    void should_wake_everything_with_the_first_append_and_repeat_nothing_that_was_copied(Copying copying) {
        givenSource();
        givenCopy(copying);

        append(FORK, EventInput.ofType("own"));

        awaitSeen(FORK, "everywhere /fork@5", "standing /fork@5", "attached /fork@5", "child /fork@5");
        assertThat(seenOn(FORK))
                .contains("standing /fork caught up", "attached /fork caught up")
                .noneMatch(line -> line.matches(".*@[1-4]"));
    }

    @ParameterizedTest
    @EnumSource(Copying.class)
    void should_sleep_on_after_a_restart_and_wake_to_the_same_effects(Copying copying) {
        givenSource();
        givenCopy(copying);
        engine.close();
        seen.clear();
        engine = start();
        append(SOURCE, EventInput.ofType("more"));
        awaitSeen(SOURCE, "everywhere /source@5", "standing /source@5", "attached /source@5");

        assertThat(seenOn(FORK)).isEmpty();
        append(FORK, EventInput.ofType("own"));

        awaitSeen(FORK, "everywhere /fork@5", "standing /fork@5", "attached /fork@5", "child /fork@5");
        assertThat(seenOn(FORK)).noneMatch(line -> line.matches(".*@[1-4]"));
    }

    @ParameterizedTest
    @EnumSource(Copying.class)
    void should_not_be_woken_by_a_stream_that_is_made_below_it(Copying copying) {
        givenSource();
        givenCopy(copying);

        append(StreamPath.of("/fork/child"), EventInput.ofType("said"));
        awaitSeen(StreamPath.of("/fork/child"), "everywhere /fork/child@2");
        append(SOURCE, EventInput.ofType("more"));
        awaitSeen(SOURCE, "everywhere /source@5");

        assertThat(seen).noneMatch(line -> line.contains(" /fork@") || line.endsWith(" /fork caught up"));
        assertThat(append(FORK, EventInput.ofType("own"))).isEqualTo(6);
        awaitSeen(FORK, "everywhere /fork@6", "attached /fork@6");
        assertThat(seen).noneMatch(line -> line.matches(".* /fork@[1-4]"));
    }

    @ParameterizedTest
    @EnumSource(Copying.class)
    void should_not_be_woken_by_what_is_attached_above_it(Copying copying) {
        givenSource();
        givenCopy(copying);

        append(
                StreamPath.root(),
                EventInput.of(new StreamEvent.ProcessorAttached("attached", Optional.empty(), Optional.of(true))));
        append(StreamPath.root(), EventInput.ofType("said"));
        append(SOURCE, EventInput.ofType("more"));
        awaitSeen(SOURCE, "attached /source@5");

        assertThat(seenOn(FORK)).isEmpty();
        append(FORK, EventInput.ofType("own"));
        awaitSeen(FORK, "attached /fork@5");
        assertThat(seenOn(FORK)).noneMatch(line -> line.matches(".*@[1-4]"));
    }

    /** A store that stays open when its engine stops. */
    private record Unclosable(EventStore delegate) implements ForwardingEventStore {
        @Override
        public void close() {}
    }
}
