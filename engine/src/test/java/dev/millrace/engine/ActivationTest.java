package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processors that the first event of an activating type starts on a stream. */
class ActivationTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final String TYPE = "https://events.iterate.com/append-scheduled";

    @EventName(value = "https://events.iterate.com/events/stream/append-scheduled", aliases = "later")
    record Scheduled(String slug) {}

    /** Appends a note for each schedule, with the length of the project's secret but not the secret. */
    private record Noter(HostContext context) implements Processor<Integer> {
        @Override
        public String slug() {
            return "noter";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Scheduled.class);
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            return event.payload() instanceof Scheduled ? count + 1 : count;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer count, Event event, Effects<Integer> effects) {
            return event.payload() instanceof Scheduled
                    ? Effects.done(effects.append(EventDraft.of(EventInput.ofType("noted-" + count + "-"
                            + context.secret("key").orElse("").length()))))
                    : Effects.none();
        }
    }

    private static final class NoterProvider implements ProcessorProvider {
        @Override
        public String name() {
            return "noter";
        }

        @Override
        public List<ProvidedEvent<?>> events() {
            return List.of(ProvidedEvent.of(Scheduled.class)
                    .activating()
                    .withRule((scheduled, host) ->
                            scheduled.slug().equals("bad") ? List.of("payload.slug: must not be bad") : List.of()));
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            return new Noter(context);
        }
    }

    private final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
            .processors(List.of(new NoterProvider()))
            .secrets((project, name) -> Optional.of(project.value() + ":" + name))
            .start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_come_with_its_first_event_and_act_on_it() throws Exception {
        append(EventInput.ofType("said"));
        assertThat(slice()).isEqualTo(JsonNodeFactory.instance.numberNode(0));

        append(schedule("a"));
        append(schedule("b"));

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(types())
                        .containsSubsequence("said", TYPE, TYPE)
                        .contains("noted-1-10", "noted-2-10"));
        assertThat(slice()).isEqualTo(JsonNodeFactory.instance.numberNode(2));
    }

    @Test
    void should_keep_an_event_as_invalid_that_the_processor_objects_to() throws Exception {
        append(schedule("bad"));

        Event last =
                streams.read(PATH, ReadRange.all()).get(10, TimeUnit.SECONDS).get(1);
        assertThat(BuiltInType.INVALID_EVENT_APPENDED.matches(last.type())).isTrue();
        assertThat(last.payloadJson().path("error").asText()).isEqualTo("payload.slug: must not be bad");
    }

    @Test
    void should_come_with_any_spelling_of_its_type() throws Exception {
        append(EventInput.builder()
                .from(schedule("a"))
                .type("events.iterate.com/stream/later")
                .build());

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(types()).contains("events.iterate.com/stream/later", "noted-1-10"));
    }

    private JsonNode slice() throws Exception {
        return streams.state(PATH)
                .get(10, TimeUnit.SECONDS)
                .processors()
                .getOrDefault("noter", JsonNodeFactory.instance.nullNode());
    }

    private List<String> types() throws Exception {
        return streams.read(PATH, ReadRange.all()).get(10, TimeUnit.SECONDS).stream()
                .map(Event::type)
                .toList();
    }

    private void append(EventInput input) throws Exception {
        streams.append(PATH, input).get(10, TimeUnit.SECONDS);
    }

    private static EventInput schedule(String slug) {
        return EventInput.builder()
                .type(TYPE)
                .payload(JsonCodec.parse("{\"slug\":\"" + slug + "\"}"))
                .build();
    }
}
