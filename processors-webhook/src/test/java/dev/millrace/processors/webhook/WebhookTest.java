package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Webhooks of a server, with each kind of store. */
class WebhookTest {
    enum Store {
        MEMORY,
        SQLITE
    }

    @TempDir
    Path directory;

    private final Receiver receiver = new Receiver();
    private final Receiver sibling = new Receiver();
    private final Stage stage = new Stage(this::open);
    private Store store = Store.MEMORY;

    private EventStore open() {
        return store == Store.SQLITE ? SqliteEventStore.open(directory) : new InMemoryEventStore();
    }

    private Stage on(Store wanted) {
        store = wanted;
        return stage;
    }

    @AfterEach
    void stop() {
        stage.close();
        receiver.close();
        sibling.close();
    }

    @ParameterizedTest
    @EnumSource(Store.class)
    void should_post_what_the_filter_lets_through_once_and_as_the_transform_says(Store kind) throws Exception {
        on(kind).start();
        stage.configure("""
                {"slug": "slack", "type": "webhook", "callbackUrl": "%s",
                 "jsonataFilter": "payload.level = 'high'", "jsonataTransform": "{'text': payload.text, 'at': offset}"}
                """.formatted(receiver.url()));

        stage.append("alarm", "{\"level\": \"low\", \"text\": \"hum\"}");
        long offset = stage.append("alarm", "{\"level\": \"high\", \"text\": \"fire\"}");
        stage.await(() -> stage.reported("slack") == 1);

        assertThat(receiver.requests()).singleElement().satisfies(request -> {
            assertThat(request.json()).isEqualTo(JsonCodec.parse("{\"text\": \"fire\", \"at\": " + offset + "}"));
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(request.id()).startsWith("msg_");
            assertThat(request.header("webhook-timestamp")).matches("\\d+");
            assertThat(request.header("webhook-signature")).isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource(Store.class)
    void should_push_events_as_readers_see_them_in_order_and_from_after_the_configuration(Store kind) throws Exception {
        on(kind).start();
        stage.note(3);
        long configured = stage.webhook("all", receiver);
        stage.note(20);
        stage.await(() -> stage.reported("all") == 20);

        assertThat(receiver.offsets()).isEqualTo(stage.noted().subList(3, 23));
        Event first = stage.events().get((int) configured);
        assertThat(receiver.requests().get(0).body().utf8()).isEqualTo(JsonCodec.writeText(JsonCodec.toTree(first)));
        assertThat(receiver.requests().stream().map(Receiver.Received::id)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(Store.class)
    void should_deliver_everything_in_order_after_five_failures(Store kind) throws Exception {
        on(kind).start();
        receiver.answering(number -> Receiver.status(number <= 5 ? 500 : 200));
        long configured = stage.webhook("flaky", receiver);
        stage.note(10);
        stage.await(() -> stage.reported("flaky") == 10);

        assertThat(receiver.offsets()).isEqualTo(stage.noted());
        assertThat(receiver.requests()).hasSize(15);
        assertThat(receiver.requests().subList(0, 6).stream()
                        .map(Receiver.Received::id)
                        .distinct())
                .hasSize(1);
        List<JsonNode> failures = stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class));
        assertThat(failures).hasSize(5).allSatisfy(failure -> {
            assertThat(failure.path("offset").longValue()).isEqualTo(configured + 1);
            assertThat(failure.path("status").intValue()).isEqualTo(500);
            assertThat(failure.path("nextAttemptAt").asText()).startsWith("2026-01-01T");
            assertThat(failure.path("message").asText()).contains("/hook").doesNotContain("t0ps3cret");
        });
        assertThat(failures.stream().map(failure -> failure.path("attempt").intValue()))
                .containsExactly(1, 2, 3, 4, 5);
        assertThat(stage.progress("flaky").has("failing")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Store.class)
    void should_delay_neither_appends_nor_siblings_when_a_receiver_hangs_or_fails(Store kind) throws Exception {
        on(kind).start();
        try (Receiver failing = new Receiver().answering(number -> Receiver.status(500))) {
            receiver.answering(number -> Receiver.hanging());
            stage.webhook("hanging", receiver);
            stage.webhook("failing", failing);
            long configured = stage.webhook("fine", sibling);

            long begun = System.nanoTime();
            long last = stage.note(150);
            assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
            stage.awaitStill(() -> sibling.accepted().size() == 150);
            assertThat(sibling.offsets())
                    .contains(last)
                    .doesNotContain(configured)
                    .isSorted();
            assertThat(receiver.requests()).hasSize(1);
        }
    }

    @Test
    void should_deliver_to_one_subscriber_beside_eighty_that_hang_on_the_same_host() throws Exception {
        stage.start();
        receiver.answering(number -> Receiver.hanging());
        for (int i = 0; i < 80; i++) {
            stage.webhook("hanging-" + i, receiver);
        }
        stage.webhook("fine", sibling);
        stage.note(20);

        stage.awaitStill(() -> sibling.accepted().size() == 20);
        assertThat(sibling.offsets()).isEqualTo(stage.noted());
        stage.awaitStill(() -> receiver.requests().size() == 80);
    }

    @ParameterizedTest
    @EnumSource(Store.class)
    void should_gather_successes_so_that_a_burst_does_not_double_the_log(Store kind) throws Exception {
        on(kind).start();
        stage.webhook("one", receiver);
        stage.webhook("two", sibling);
        stage.note(250);
        stage.await(() -> stage.reported("one") == 250 && stage.reported("two") == 250);

        List<JsonNode> reports = stage.payloads(EventType.of(SubscriptionEvent.DeliverySucceeded.class));
        assertThat(reports).hasSizeLessThan(60);
        assertThat(receiver.requests())
                .allSatisfy(request ->
                        assertThat(request.json().path("type").asText()).isEqualTo("noted"));
        assertThat(stage.progress("one").path("deliveredThrough").longValue())
                .isEqualTo(receiver.requests().get(249).offset());
    }
}
