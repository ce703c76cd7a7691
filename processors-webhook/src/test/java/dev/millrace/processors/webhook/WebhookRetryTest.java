package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventType;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retries of events that are not accepted at once, also across a restart of the server. */
class WebhookRetryTest {
    @TempDir
    Path directory;

    private final Receiver receiver = new Receiver();
    private final Receiver other = new Receiver();
    private final Stage stage = new Stage(() -> SqliteEventStore.open(directory));

    @BeforeEach
    void shortTimeouts() {
        stage.setting("webhook.timeout", "500ms");
    }

    @AfterEach
    void stop() {
        stage.close();
        receiver.close();
        other.close();
    }

    private static List<String> ids(List<Receiver.Received> requests) {
        return requests.stream().map(Receiver.Received::id).distinct().toList();
    }

    private List<JsonNode> failures() throws Exception {
        return stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class));
    }

    private Duration waitAfter(int failure) throws Exception {
        var event = stage.events(EventType.of(SubscriptionEvent.DeliveryFailed.class))
                .get(failure);
        return Duration.between(
                event.createdAt(),
                Instant.parse(event.payloadJson().path("nextAttemptAt").asText()));
    }

    @Test
    void should_deliver_everything_in_order_to_a_receiver_that_was_dead_for_a_minute() throws Exception {
        int port = receiver.port();
        receiver.close();
        stage.start().webhook("dead", receiver);
        stage.note(30);
        Instant begun = stage.time.now();
        stage.await(() -> stage.time.now().isAfter(begun.plusSeconds(60)));

        try (Receiver alive = new Receiver(port)) {
            stage.await(() -> stage.reported("dead") == 30);
            assertThat(alive.offsets()).isEqualTo(stage.noted());
            assertThat(failures()).hasSizeBetween(4, 8);
        }
    }

    @Test
    void should_give_up_a_request_that_takes_too_long_and_send_it_again() throws Exception {
        receiver.answering(number -> number == 1 ? Receiver.hanging() : Receiver.status(204));
        stage.start().webhook("slow", receiver);
        stage.note(2);
        stage.await(() -> stage.reported("slow") == 2);

        assertThat(receiver.offsets()).isEqualTo(stage.noted());
        assertThat(ids(receiver.requests().subList(0, 2))).hasSize(1);
        assertThat(failures()).singleElement().satisfies(failure -> {
            assertThat(failure.path("message").asText()).contains("longer than");
            assertThat(failure.has("status")).isFalse();
        });
    }

    @Test
    void should_go_on_after_a_restart_with_the_same_id_and_the_next_attempt() throws Exception {
        receiver.answering(number -> Receiver.status(number <= 3 ? 503 : 200));
        stage.start().webhook("restarted", receiver);
        stage.note(5);
        stage.await(() -> failures().size() >= 2);

        stage.restart();
        stage.await(() -> stage.reported("restarted") == 5);

        assertThat(receiver.offsets()).isEqualTo(stage.noted());
        assertThat(ids(receiver.requests().subList(0, 4))).hasSize(1);
        assertThat(failures().stream().map(failure -> failure.path("attempt").intValue()))
                .containsExactly(1, 2, 3);
    }

    @Test
    void should_send_again_what_was_under_way_at_a_stop_under_the_same_id() throws Exception {
        receiver.answering(number -> number == 3 ? Receiver.hanging() : Receiver.status(200));
        stage.setting("webhook.timeout", "30s").start().webhook("cut", receiver);
        stage.note(6);
        stage.await(() -> receiver.requests().size() == 3);

        stage.restart();
        stage.await(() -> receiver.accepted().size() == 6);

        assertThat(receiver.offsets()).isEqualTo(stage.noted());
        assertThat(receiver.requests()).hasSize(7);
        assertThat(ids(receiver.requests())).hasSize(6);
        assertThat(failures()).isEmpty();
    }

    @Test
    void should_leave_a_receiver_alone_for_as_long_as_it_asks() throws Exception {
        receiver.answering(number -> number == 1
                ? new MockResponse.Builder()
                        .code(429)
                        .addHeader("Retry-After", "120")
                        .build()
                : Receiver.status(200));
        stage.start().webhook("busy", receiver);
        stage.note(1);
        stage.await(() -> stage.reported("busy") == 1);

        assertThat(waitAfter(0)).isBetween(Duration.ofSeconds(119), Duration.ofSeconds(121));
    }

    @Test
    void should_disable_after_the_schedule_and_take_up_the_backlog_when_configured_again() throws Exception {
        receiver.answering(number -> Receiver.status(500));
        stage.setting("webhook.retry-schedule", "100ms, 200ms").start().webhook("lost", receiver);
        stage.note(3);
        stage.await(() -> stage.progress("lost").has("disabled"));
        stage.note(2);

        assertThat(receiver.requests()).hasSize(3);
        assertThat(failures().stream().map(failure -> failure.has("nextAttemptAt")))
                .containsExactly(true, true, false);
        assertThat(stage.payloads(EventType.of(SubscriptionEvent.Disabled.class)))
                .singleElement()
                .satisfies(disabled -> assertThat(disabled.path("reason").asText())
                        .contains("offset " + stage.noted().get(0), "3 attempts", "500"));

        stage.webhook("lost", other);
        stage.await(() -> stage.reported("lost") == 5);
        assertThat(other.offsets()).isEqualTo(stage.noted());
        assertThat(stage.progress("lost").has("disabled")).isFalse();
        assertThat(receiver.requests()).hasSize(3);
    }

    @Test
    void should_stay_disabled_after_a_restart() throws Exception {
        receiver.answering(number -> Receiver.status(410));
        stage.start().webhook("gone", receiver);
        stage.note(1);
        stage.await(() -> stage.progress("gone").has("disabled"));

        stage.restart();
        stage.webhook("other", other);
        stage.note(1);
        stage.await(() -> stage.reported("other") == 1);

        assertThat(receiver.requests()).hasSize(1);
        assertThat(stage.payloads(EventType.of(SubscriptionEvent.Disabled.class))
                        .get(0)
                        .path("reason")
                        .asText())
                .contains("410");
    }

    @Test
    void should_switch_the_target_of_a_slug_and_send_the_backlog_there() throws Exception {
        receiver.answering(number -> number <= 2 ? Receiver.status(200) : Receiver.hanging());
        stage.setting("webhook.timeout", "30s").start().webhook("moved", receiver);
        stage.note(4);
        stage.await(() -> receiver.requests().size() == 3);

        stage.webhook("moved", other);
        stage.note(1);
        stage.await(() -> other.accepted().size() == 3);

        assertThat(other.offsets()).isEqualTo(stage.noted().subList(2, 5));
        assertThat(other.requests().get(0).id())
                .isEqualTo(receiver.requests().get(2).id());
        assertThat(receiver.requests()).hasSize(3);
    }

    @Test
    void should_push_nothing_to_a_removed_subscriber_nor_what_came_while_it_was_away() throws Exception {
        stage.start().webhook("back", receiver);
        stage.note(1);
        stage.await(() -> stage.reported("back") == 1);
        stage.append(EventCatalog.nameOf(SubscriptionEvent.Removed.class), "{\"slug\": \"back\"}");
        stage.note(2);
        stage.await(() -> stage.subscriber("back").isMissingNode());

        stage.webhook("back", other);
        stage.note(1);
        stage.await(() -> stage.reported("back") == 2);

        assertThat(receiver.offsets()).isEqualTo(stage.noted().subList(0, 1));
        assertThat(other.offsets()).isEqualTo(stage.noted().subList(3, 4));
    }

    @Test
    void should_begin_anew_under_other_ids_when_the_stream_was_destroyed() throws Exception {
        receiver.answering(number -> Receiver.status(number == 2 ? 500 : 200));
        stage.setting("webhook.retry-schedule", "1h").start().webhook("again", receiver);
        stage.note(2);
        stage.awaitStill(() -> failures().size() == 1);
        Stage.get(stage.streams().destroy(Stage.PATH, false));

        stage.note(1);
        stage.webhook("again", other);
        stage.note(2);
        stage.await(() -> stage.reported("again") == 2);
        stage.pass(Duration.ofHours(2));
        stage.note(1);
        stage.await(() -> stage.reported("again") == 3);

        assertThat(other.offsets()).isEqualTo(stage.noted().subList(1, 4));
        assertThat(receiver.requests()).hasSize(2);
        assertThat(ids(other.requests())).doesNotContainAnyElementsOf(ids(receiver.requests()));
        assertThat(failures()).isEmpty();
    }
}
