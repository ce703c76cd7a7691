package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.io.InputDecorator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often hosted processors at the head of a stream parse an event, counted by the texts that Jackson gets. */
@SuppressWarnings({"NullAway.Init", "deprecation"}) // set before each test; the only way to change an existing factory
class DecodeCountTest {
    private static final String MARK = "marked-for-the-decodes";
    private static final StreamPath PATH = StreamPath.root();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Queue<String> parsed = new ConcurrentLinkedQueue<>();
    private final Queue<Event> reduced = new ConcurrentLinkedQueue<>();
    private final Set<String> ready = ConcurrentHashMap.newKeySet();
    private JsonFactory factory;
    private StreamEngine engine;

    @EventName("said")
    record Said(String text) {}

    /** Counts all events; looks at their payloads only if they have its type. */
    private final class Counter implements Processor<Integer> {
        private final String slug;
        private final EventCatalog events;

        Counter(String slug, EventCatalog events) {
            this.slug = slug;
            this.events = events;
        }

        @Override
        public String slug() {
            return slug;
        }

        @Override
        public EventCatalog events() {
            return events;
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            reduced.add(event);
            return event.payload() instanceof Said || event.provenance().isPresent() ? count + 1 : count;
        }

        @Override
        public CompletionStage<Void> onCaughtUp(Integer count, Effects<Integer> effects) {
            ready.add(slug);
            return Effects.none();
        }
    }

    private ProcessorProvider everywhere(String name, EventCatalog events) {
        return new ProcessorProvider() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean everywhere() {
                return true;
            }

            @Override
            public Processor<?> create(JsonNode config, HostContext context) {
                return new Counter(name, events);
            }
        };
    }

    private final class Seeing extends InputDecorator {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable InputStream decorate(IOContext context, byte[] text, int offset, int length) {
            String seen = new String(text, offset, length, StandardCharsets.UTF_8);
            if (seen.contains(MARK)) {
                parsed.add(seen);
            }
            return null;
        }

        @Override
        public InputStream decorate(IOContext context, InputStream in) {
            return in;
        }

        @Override
        public Reader decorate(IOContext context, Reader in) {
            return in;
        }
    }

    @BeforeEach
    void start() throws IOException {
        try (JsonGenerator generator = JsonCodec.generator(new ByteArrayOutputStream())) {
            factory = ((ObjectMapper) generator.getCodec()).getFactory();
        }
        factory.setInputDecorator(new Seeing());
        EventCatalog said = EventCatalog.of(Said.class);
        engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(
                        everywhere("one", said), everywhere("two", said), everywhere("three", EventCatalog.empty())))
                .start();
        engine.append(
                        ProjectSlug.defaultProject(),
                        PATH,
                        List.of("{\"type\":\"first\"}".getBytes(StandardCharsets.UTF_8)))
                .join();
        Awaitility.await().atMost(LIMIT).until(() -> ready.size() == 3);
    }

    @AfterEach
    @SuppressWarnings("NullAway") // null means none in this library
    void stop() {
        engine.close();
        factory.setInputDecorator(null);
    }

    /** Appends events one after the other; the result is how often they were parsed until all processors had them. */
    private int parsesOf(int count, String type, String more) throws Exception {
        byte[] input = ("{\"type\":\"" + type + "\",\"payload\":{\"text\":\"" + MARK + "\"}" + more + "}")
                .getBytes(StandardCharsets.UTF_8);
        parsed.clear();
        reduced.clear();
        for (int i = 0; i < count; i++) {
            engine.append(ProjectSlug.defaultProject(), PATH, List.of(input)).get(30, TimeUnit.SECONDS);
        }
        Awaitility.await().atMost(LIMIT).until(() -> reduced.size() == 3 * count && engine.isIdle());
        return parsed.size();
    }

    @Test
    void should_parse_an_event_once_for_all_processors_that_read_its_type() throws Exception {
        assertThat(parsesOf(10, "said", "")).isEqualTo(10);
        assertThat(reduced.stream().filter(event -> event.payload().equals(new Said(MARK))))
                .as("of two processors")
                .hasSize(20);
    }

    @Test
    void should_not_parse_an_event_whose_type_no_processor_reads() throws Exception {
        assertThat(parsesOf(10, "heard", "")).isZero();
        assertThat(reduced)
                .allSatisfy(event ->
                        assertThat(event.payloadJson().path("text").asText()).isEqualTo(MARK));
    }

    @Test
    void should_parse_metadata_once_for_all_processors() throws Exception {
        assertThat(parsesOf(10, "heard", ",\"metadata\":{\"by\":\"a caller\"}")).isEqualTo(10);
    }

    @Test
    void should_parse_the_event_of_an_answer_only_if_the_caller_reads_it() throws Exception {
        parsed.clear();
        reduced.clear();
        List<Event> answers = IntStream.range(0, 10)
                .mapToObj(n ->
                        engine.streams().append(PATH, new Said(MARK)).join().event())
                .toList();
        Awaitility.await().atMost(LIMIT).until(() -> reduced.size() == 30 && engine.isIdle());

        assertThat(parsed).hasSize(10);
        assertThat(answers)
                .allMatch(event -> event.payloadJson().path("text").asText().equals(MARK));
        assertThat(parsed).hasSize(20);
    }
}
