package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A busy project holds only its share of the engine's threads. */
class FairnessTest {
    private static final ProjectSlug BUSY = ProjectSlug.of("busy");
    private static final ProjectSlug CALM = ProjectSlug.of("calm");
    private static final StreamPath PATH = StreamPath.of("/calm");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MANY = 40;

    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger held = new AtomicInteger();

    private void hold() {
        held.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @EventName("said")
    record Said(String text) {}

    @EventName("echoed")
    record Echoed(String text) {}

    /** Answers {@code said}; in the busy project this takes until the gate opens. */
    private final class Echo implements Processor<Integer> {
        private final boolean endless;

        Echo(boolean endless) {
            this.endless = endless;
        }

        @Override
        public String slug() {
            return "echo";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Said.class);
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer state, Event event) {
            return state;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
            if (!(event.payload() instanceof Said said)) {
                return Effects.none();
            }
            if (endless) {
                hold();
            }
            return Effects.done(effects.append(new Echoed(said.text())));
        }
    }

    private final class EchoProvider implements ProcessorProvider {
        @Override
        public String name() {
            return "echo";
        }

        @Override
        public boolean everywhere() {
            return true;
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            return new Echo(context.project().equals(BUSY));
        }
    }

    /** Reads of the busy project wait for the gate, once it is armed. */
    private final class HeldStore implements ForwardingEventStore {
        private final EventStore delegate = new InMemoryEventStore();
        private volatile boolean armed;

        @Override
        public EventStore delegate() {
            return delegate;
        }

        @Override
        public List<EventRecord> read(StreamKey stream, RecordRange range) {
            if (armed && stream.project().equals(BUSY)) {
                hold();
            }
            return delegate.read(stream, range);
        }
    }

    @Test
    void should_run_the_effect_of_another_project_while_endless_effects_of_one_wait() throws Exception {
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new EchoProvider()))
                .start()) {
            for (int i = 0; i < MANY; i++) {
                get(append(engine, BUSY, StreamPath.of("/busy/" + i)));
            }
            Awaitility.await().atMost(LIMIT).until(() -> held.get() >= 12);

            get(append(engine, CALM, PATH));

            Awaitility.await().atMost(LIMIT).until(() -> head(engine) == 3);
            assertThat(held).hasValue(12);
            gate.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_compute_the_state_of_another_project_while_those_of_one_take_long(boolean oneStream) throws Exception {
        HeldStore store = new HeldStore();
        try (StreamEngine engine = StreamEngine.builder(store).start()) {
            List<StreamPath> paths = IntStream.range(0, MANY)
                    .mapToObj(i -> StreamPath.of("/busy/" + (oneStream ? 0 : i)))
                    .toList();
            for (StreamPath path : paths) {
                get(append(engine, BUSY, path));
            }
            get(append(engine, CALM, PATH));
            store.armed = true;
            List<CompletableFuture<?>> states = new ArrayList<>();
            paths.forEach(path -> states.add(engine.state(BUSY, path)));
            for (StreamPath path : paths) { // as a server does
                states.add(engine.state(BUSY, path, engine.head(BUSY, path).orElseThrow()));
            }
            states.add(engine.list(BUSY, StreamPath.of("/busy")));
            states.add(engine.fork(BUSY, paths.get(0), 1, StreamPath.of("/copy")));

            assertThat(get(engine.state(CALM, PATH)).eventCount()).isEqualTo(2);
            assertThat(get(engine.list(CALM, PATH))).hasSize(1);
            assertThat(held.get())
                    .isLessThanOrEqualTo(Math.max(2, Runtime.getRuntime().availableProcessors()));

            gate.countDown();
            for (CompletableFuture<?> state : states) {
                get(state);
            }
        }
    }

    private static CompletableFuture<?> append(StreamEngine engine, ProjectSlug project, StreamPath path) {
        EventStreams streams = engine.streams(project);
        return streams.append(path, EventInput.of(new Said("hi")));
    }

    private static long head(StreamEngine engine) {
        return engine.head(CALM, PATH).orElseThrow().lastOffset();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
