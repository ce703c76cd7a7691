package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state as of an offset is the state of a stream whose log ends with the event at this offset. */
class StateAtOffsetTest {
    private static final List<String> PATHS = List.of("/", "/a", "/a/b");
    private static final List<String> PROCESSORS = List.of("everywhere", "attached", "activated");

    @EventName("said")
    record Said(int number) {}

    @EventName("asked")
    record Asked(int number) {}

    /** What a processor has seen: {@code sum} weights the numbers, so it depends on the order and the configuration. */
    record Seen(int events, long sum, List<String> pauses) {}

    private record Observer(String slug, int weight) implements Processor<Seen> {
        @Override
        public EventCatalog events() {
            return EventCatalog.of(Said.class, Asked.class, StreamEvent.class);
        }

        @Override
        public Seen initialState() {
            return new Seen(0, 0, List.of());
        }

        @Override
        public Seen reduce(Seen seen, Event event) {
            List<String> pauses = new ArrayList<>(seen.pauses());
            long sum = seen.sum();
            if (event.payload() instanceof Said said) {
                sum = 31 * sum + (long) weight * said.number();
            } else if (event.payload() instanceof StreamEvent.Paused) {
                pauses.add("paused at " + event.offset());
            } else if (event.payload() instanceof StreamEvent.Resumed) {
                pauses.add("resumed at " + event.offset());
            }
            return new Seen(seen.events() + 1, sum, List.copyOf(pauses));
        }
    }

    private record ObserverProvider(String name, boolean everywhere) implements ProcessorProvider {
        @Override
        public List<ProvidedEvent<?>> events() {
            return name.equals("activated")
                    ? List.of(ProvidedEvent.of(Asked.class).activating())
                    : List.of();
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            int weight = config.path("weight").asInt(1);
            if (weight < 0) {
                throw new IllegalArgumentException("weight must not be negative");
            }
            return new Observer(name, weight);
        }
    }

    private static StreamEngine engine(EventStore store) {
        return StreamEngine.builder(store)
                .processors(PROCESSORS.stream()
                        .<ProcessorProvider>map(name -> new ObserverProvider(name, name.equals("everywhere")))
                        .toList())
                .start();
    }

    private static StreamKey key(String path) {
        return new StreamKey(PUBLIC, StreamPath.of(path));
    }

    private static List<EventInput> random(Random random, int number) {
        String processor = PROCESSORS.get(random.nextInt(PROCESSORS.size()));
        return switch (random.nextInt(9)) {
            case 0 ->
                List.of(
                        EventInput.of(new StreamEvent.Paused(Optional.empty())),
                        EventInput.of(new StreamEvent.Resumed(Optional.empty())));
            case 1 ->
                List.of(EventInput.of(new StreamEvent.MetadataUpdated(
                        JsonNodeFactory.instance.objectNode().put("number", number))));
            case 2, 3 ->
                List.of(EventInput.of(new StreamEvent.ProcessorAttached(
                        processor,
                        Optional.of(JsonNodeFactory.instance.objectNode().put("weight", random.nextInt(4) - 1)),
                        Optional.of(random.nextBoolean()))));
            case 4 -> List.of(EventInput.of(new StreamEvent.ProcessorDetached(processor)));
            case 5 -> List.of(EventInput.of(new Asked(number)));
            default -> List.of(EventInput.of(new Said(number)));
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void should_equal_the_state_of_the_log_cut_at_every_offset(long seed) {
        Random random = new Random(seed);
        EventStore store = new InMemoryEventStore();
        try (StreamEngine engine = engine(store)) {
            EventStreams streams = engine.streams();
            for (int number = 1; number <= 60; number++) {
                if (number % 20 == 0) {
                    get(streams.append("/a/b/child" + number, new Said(number)));
                }
                StreamPath path = StreamPath.of(PATHS.get(random.nextInt(PATHS.size())));
                get(streams.appendAll(path, random(random, number)));
            }
            Map<StreamKey, List<EventRecord>> logs = new HashMap<>();
            PATHS.forEach(path -> logs.put(
                    key(path), store.read(key(path), new RecordRange(0, Long.MAX_VALUE, Set.of(), 1000, false))));
            for (String path : PATHS) {
                for (EventRecord record : logs.getOrDefault(key(path), List.of())) {
                    assertThat(get(streams.state(StreamPath.of(path), record.offset())))
                            .as("seed %d: %s at %d", seed, path, record.offset())
                            .isEqualTo(stateOfCopy(store, logs, path, record));
                }
            }
        }
    }

    /** The newest state in a store that has the same log up to this record. */
    private static StreamState stateOfCopy(
            EventStore store, Map<StreamKey, List<EventRecord>> logs, String path, EventRecord last) {
        record Placed(StreamKey stream, EventRecord record) {}
        EventStore copy = new InMemoryEventStore();
        logs.entrySet().stream()
                .flatMap(log -> log.getValue().stream().map(record -> new Placed(log.getKey(), record)))
                .filter(placed -> placed.record().position() <= last.position())
                .sorted(Comparator.comparingLong(placed -> placed.record().position()))
                .forEach(placed -> StoredDirectly.commit(
                        copy,
                        new Change.Append(
                                placed.stream(),
                                store.head(placed.stream()).orElseThrow().incarnation(),
                                false,
                                placed.record().createdAt(),
                                placed.record().type(),
                                placed.record().idempotencyKey(),
                                placed.record().body())));
        StreamHead head = copy.head(key(path)).orElseThrow();
        try (StreamEngine engine = engine(copy)) {
            return get(engine.state(PUBLIC, StreamPath.of(path), head));
        }
    }

    @Test
    void should_compute_only_the_slices_that_are_asked_for() {
        try (StreamEngine engine = engine(new InMemoryEventStore())) {
            get(engine.streams().append("/a", new Said(7)));
            StreamHead head = engine.head(PUBLIC, StreamPath.of("/a")).orElseThrow();

            StreamState state = get(engine.state(
                    PUBLIC, StreamPath.of("/a"), head, OptionalLong.empty(), name -> name.equals("activated")));

            assertThat(state.eventCount()).isEqualTo(2);
            assertThat(state.processors()).containsOnlyKeys("activated");
            assertThat(engine.processorNames()).containsExactly("activated", "attached", "everywhere");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 3, Long.MAX_VALUE})
    void should_refuse_an_offset_that_the_stream_does_not_have(long at) {
        try (StreamEngine engine = engine(new InMemoryEventStore())) {
            get(engine.streams().append("/a", new Said(7)));

            assertThatThrownBy(() -> get(engine.streams().state(StreamPath.of("/a"), at)))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .hasMessage("state failed: /a; it has no offset " + at + "; use an offset from 1 to 2")
                    .isInstanceOfSatisfying(
                            StreamException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_REQUEST));
        }
    }

    @Test
    void should_not_create_a_stream() {
        try (StreamEngine engine = engine(new InMemoryEventStore())) {
            assertThatThrownBy(() -> get(engine.streams().state(StreamPath.of("/a"), 1)))
                    .cause()
                    .isInstanceOfSatisfying(
                            StreamException.class, e -> assertThat(e.code()).isEqualTo(Code.STREAM_NOT_FOUND));
            assertThat(engine.head(PUBLIC, StreamPath.of("/a"))).isEmpty();
        }
    }

    @Test
    void should_forget_the_states_of_a_destroyed_stream() {
        try (StreamEngine engine = engine(new InMemoryEventStore())) {
            EventStreams streams = engine.streams();
            StreamPath path = StreamPath.of("/a");
            for (int number = 1; number <= 5; number++) {
                get(streams.append(path, new Said(number)));
            }
            StreamState before = get(streams.state(path, 3));
            get(streams.destroy(path, false));
            for (int number = 6; number <= 10; number++) {
                get(streams.append(path, new Said(number)));
            }

            StreamState after = get(streams.state(path, 3));

            assertThat(sum(before)).isEqualTo(31 + 2);
            assertThat(sum(after)).isEqualTo(6 * 31 + 7);
        }
    }

    private static long sum(StreamState state) {
        return state.processors().get("everywhere").path("sum").longValue();
    }
}
