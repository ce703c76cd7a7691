package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A delivery that is not supported is reported; it is never treated as another one. */
@Timeout(60)
class InputDeliveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/a");
    private static final String TYPE = "agent-input-added";

    @Test
    void should_report_another_delivery_as_malformed_where_only_the_users_jvm_knows_the_type() {
        FakeModel model = new FakeModel();
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            ProcessorRunner<AgentState> runner = ProcessorRunner.builder(streams, AgentProcessor.of(model)).stream(PATH)
                    .start();
            await().atMost(LIMIT).until(() -> runner.status().phase() == RunnerStatus.Phase.LIVE);
            Event stored = append(streams, "{'content':'hi','delivery':'queue'}");
            await().atMost(LIMIT)
                    .until(() -> events(streams).stream()
                            .anyMatch(event -> event.type().endsWith("payload-malformed")));
            runner.awaitIdle(LIMIT);

            assertThat(stored.type()).isEqualTo(TYPE);
            assertThat(model.prompts).isEmpty();
            assertThat(events(streams))
                    .filteredOn(event -> event.type().endsWith("payload-malformed"))
                    .singleElement()
                    .satisfies(event -> assertThat(event.payloadJson().toString())
                            .contains("queue")
                            .contains("leave it out"));
            runner.close();
        }
    }

    @Test
    void should_store_another_delivery_as_invalid_on_a_server_with_the_provider() {
        try (StreamEngine engine = serverWithProvider()) {
            Event stored = append(engine.streams(ProjectSlug.defaultProject()), "{'content':'hi','delivery':'queue'}");

            assertThat(stored.type()).endsWith("/invalid-event-appended");
            assertThat(stored.payloadJson().toString()).contains("queue").contains("leave it out");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'content':'hi'}",
                "{'content':'hi','delivery':'interrupt'}",
                "{'content':'hi','from':'ann','nested':{'x':[1]}}"
            })
    void should_accept_the_known_delivery_and_fields_of_other_programs(String payload) {
        try (StreamEngine engine = serverWithProvider()) {
            Event stored = append(engine.streams(ProjectSlug.defaultProject()), payload);

            assertThat(stored.type()).isEqualTo(TYPE);
        }
    }

    private static StreamEngine serverWithProvider() {
        List<ProcessorProvider> providers = List.of(new AgentProvider());
        return StreamEngine.builder(new InMemoryEventStore())
                .processors(providers)
                .start();
    }

    private static Event append(EventStreams streams, String payload) {
        EventInput input = EventInput.builder()
                .type(TYPE)
                .payload(JsonCodec.parse(payload.replace('\'', '"')))
                .build();
        return streams.append(PATH, input)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .event();
    }

    private static List<Event> events(EventStreams streams) {
        return streams.read(PATH, ReadRange.all())
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
