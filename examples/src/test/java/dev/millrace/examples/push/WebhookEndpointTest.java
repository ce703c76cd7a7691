package dev.millrace.examples.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.examples.hello.ChatEvent.UserSaid;
import dev.millrace.processors.webhook.ExternalSubscriberProvider;
import dev.millrace.processors.webhook.SubscriptionEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class WebhookEndpointTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    @Test
    void should_answer_what_the_service_pushes() throws Exception {
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                        .processors(List.of(new ExternalSubscriberProvider()))
                        .settings(Map.of("server.loopback", "true"))
                        .secrets((project, name) -> Optional.of("a shared secret"))
                        .start();
                WebhookEndpoint endpoint = new WebhookEndpoint(
                        engine.streams(ProjectSlug.defaultProject()),
                        history -> CompletableFuture.completedFuture("pong"),
                        "a shared secret",
                        0)) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            append(
                    streams,
                    EventInput.builder()
                            .type(EventCatalog.nameOf(SubscriptionEvent.Configured.class))
                            .payload(JsonCodec.parse(
                                    "{\"slug\": \"chat\", \"type\": \"webhook\", \"signingSecret\": \"chat-key\","
                                            + " \"callbackUrl\": \"http://127.0.0.1:" + endpoint.port()
                                            + "/hooks/millrace\"}"))
                            .build());
            append(streams, EventInput.of(new UserSaid("ping")));

            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> answers(streams).equals(List.of("pong")));
            assertThat(answers(streams)).containsExactly("pong");
        }
    }

    private static void append(EventStreams streams, EventInput input) throws Exception {
        streams.append(PATH, input).get(30, TimeUnit.SECONDS);
    }

    private static List<String> answers(EventStreams streams) throws Exception {
        List<Event> log = streams.read(PATH, ReadRange.all()).get(30, TimeUnit.SECONDS);
        return log.stream()
                .filter(event -> event.type().equals("assistant-said"))
                .map(event -> event.payloadJson().path("text").asText())
                .toList();
    }
}
