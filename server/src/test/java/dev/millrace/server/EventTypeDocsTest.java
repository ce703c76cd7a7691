package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The reference describes the event types of the service and of its processors. */
class EventTypeDocsTest {
    @EventName("page-test/set")
    record WithPage(String text) {}

    @EventName("page-test-set")
    record OfTheSameName(String text) {}

    private record Provider() implements ProcessorProvider {
        @Override
        public String name() {
            return "pages";
        }

        @Override
        public List<ProvidedEvent<?>> events() {
            return List.of(
                    ProvidedEvent.of(WithPage.class)
                            .activating()
                            .withOperation(Operation.CONTROL)
                            .withSchema(JsonCodec.parse("{\"type\":\"object\"}")),
                    ProvidedEvent.of(OfTheSameName.class));
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            throw new IllegalArgumentException("never attached");
        }
    }

    private static JsonNode find(JsonNode document, String type) {
        return StreamSupport.stream(document.path("x-millrace-events").spliterator(), false)
                .filter(event -> event.path("type").asText().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void should_describe_what_a_provider_brings_with_its_page_and_schema() throws Exception {
        StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new Provider()))
                .start();
        try (RunningServer millrace = new RunningServer(engine, builder -> builder)) {
            JsonNode document = millrace.get("/api/openapi.json").json();
            JsonNode event = find(document, "page-test/set");

            assertThat(event.path("processor").asText()).isEqualTo("pages");
            assertThat(event.path("operation").asText()).isEqualTo("control");
            assertThat(event.path("activates").asBoolean()).isTrue();
            assertThat(event.path("page").asText())
                    .startsWith("# `page-test/set`")
                    .contains("a page of this test");
            assertThat(event.at("/schema/$ref").asText()).isEqualTo("#/components/schemas/event.page-test-set");
            assertThat(document.at("/components/schemas/event.page-test-set/type")
                            .asText())
                    .isEqualTo("object");
            assertThat(find(document, "page-test-set").has("page"))
                    .as("a page of another type")
                    .isFalse();
            assertThat(millrace.get("/api/docs").body()).contains("x-millrace-events");
        }
    }

    @Test
    void should_have_a_page_for_every_type_of_the_service() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            JsonNode document = millrace.get("/api/openapi.json").json();

            for (BuiltInType type : BuiltInType.values()) {
                JsonNode event = find(document, type.type());
                assertThat(event.path("page").asText()).as(type.type()).contains("**Effect.**");
                assertThat(event.has("processor")).isFalse();
            }
        }
    }
}
