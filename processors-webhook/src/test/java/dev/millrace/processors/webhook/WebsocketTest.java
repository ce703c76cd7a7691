package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.List;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets of a server, with real peers. */
class WebsocketTest {
    @TempDir
    Path directory;

    private final Peer peer = new Peer();
    private final Peer other = new Peer();
    private boolean durable;
    private final Stage stage = new Stage(this::open);

    private EventStore open() {
        return durable ? SqliteEventStore.open(directory) : new InMemoryEventStore();
    }

    @AfterEach
    void stop() {
        stage.close();
        peer.close();
        other.close();
    }

    private long configure(Peer target, String more) throws Exception {
        return stage.configure(
                "{\"slug\": \"ws\", \"type\": \"websocket\", \"callbackUrl\": \"" + target.url() + "\"" + more + "}");
    }

    private List<Event> said() throws Exception {
        return stage.events().stream()
                .filter(event -> event.type().equals("said"))
                .toList();
    }

    private String error(int number) {
        stage.await(() -> peer.frames("error").size() == number);
        return peer.frames("error").get(number - 1).path("message").asText();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_send_events_as_frames_over_one_connection_and_ignore_the_transform(boolean onDisk) throws Exception {
        durable = onDisk;
        stage.start();
        configure(peer, ", \"jsonataTransform\": \"'no'\", \"jsonataFilter\": \"type = 'noted' and payload.n > 1\"");
        stage.note(5);
        stage.await(() -> stage.reported("ws") == 4);

        stage.await(() -> peer.frames("event").size() == 4);
        assertThat(peer.offsets()).isEqualTo(stage.noted().subList(1, 5));
        assertThat(peer.connections()).isEqualTo(1);
        assertThat(peer.frames("event").get(0).path("event"))
                .isEqualTo(JsonCodec.parse(
                        JsonCodec.write(JsonCodec.toTree(stage.events().get(3)))));
    }

    @Test
    void should_append_events_of_the_peer_with_provenance_and_its_key() throws Exception {
        stage.start();
        configure(peer, ", \"jsonataFilter\": \"type = 'noted'\"");
        long noted = stage.note(1);
        stage.await(() -> peer.frames("event").size() == 1);

        String frame = """
                {"type": "append", "event": {"type": "said", "payload": {"text": "hi"}, "source": {"s": 1},
                 "idempotencyKey": "once"}}""";
        peer.say(frame);
        peer.say(frame);
        peer.say("{\"type\": \"append\", \"event\": {\"type\": \"said\"}}");
        stage.await(() -> said().size() == 2);

        Event first = said().get(0);
        assertThat(first.payloadJson()).isEqualTo(JsonCodec.parse("{\"text\": \"hi\"}"));
        assertThat(first.idempotencyKey()).contains("once");
        assertThat(first.source()).contains(JsonCodec.parse("{\"s\": 1}"));
        assertThat(first.provenance())
                .contains(new Provenance("external-subscriber.is.ws", 1, Stage.PATH, noted, 1, 1));
        assertThat(peer.frames("error")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_let_a_peer_control_only_if_its_configuration_says_so(boolean mayControl) throws Exception {
        stage.start();
        configure(peer, ", \"jsonataFilter\": \"type = 'noted'\"" + (mayControl ? ", \"mayControl\": true" : ""));
        stage.note(1);
        stage.await(() -> peer.frames("event").size() == 1);

        peer.say("""
                {"type": "append", "event": {"type": " events.iterate.com/core/stream-paused "}}""");

        if (mayControl) {
            stage.await(
                    () -> stage.events(EventType.of(StreamEvent.Paused.class)).size() == 1);
        } else {
            assertThat(error(1)).contains("the peer of 'ws' may not append", "stream-paused", "\"mayControl\": true");
            assertThat(stage.events(EventType.of(StreamEvent.Paused.class))).isEmpty();
        }
    }

    @Test
    void should_answer_what_is_not_json_with_an_error_and_an_unknown_frame_with_silence() throws Exception {
        stage.start();
        configure(peer, "");
        stage.note(1);
        stage.await(() -> peer.connections() == 1 && peer.frames("event").size() == 1);

        peer.say("{nonsense");
        assertThat(error(1)).contains("frame was not read");
        peer.say("{\"type\": \"dance\"}");
        peer.say("[1, 2]");
        peer.say("{\"type\": \"error\", \"message\": \"I do not understand\"}");
        peer.say(ByteString.encodeUtf8("{}"));
        assertThat(error(2)).contains("binary");
        peer.say("{\"type\": \"append\", \"event\": {\"type\": \"said\", \"payload\": 3}}");
        assertThat(error(3)).contains("append failed: event.payload: expected an object, got number");
        peer.say("{\"type\": \"append\", \"event\": {\"type\": \"said\", \"offset\": 1}}");
        assertThat(error(4)).contains("append failed: ");
        assertThat(said()).isEmpty();
        assertThat(peer.connections()).isEqualTo(1);
    }

    @Test
    void should_close_with_1009_when_a_message_is_too_long_and_open_another_connection_for_the_next_event()
            throws Exception {
        stage.start();
        configure(peer, "");
        stage.note(1);
        stage.await(() -> stage.reported("ws") == 1 && peer.frames("event").size() == 1);

        peer.say("{\"type\": \"dance\"}" + " ".repeat((1 << 20) - 17));
        peer.say("{\"type\": \"append\", \"event\": {\"type\": \"said\"}}");
        stage.await(() -> said().size() == 1);
        peer.say(" ".repeat((1 << 20) + 1));
        peer.say("{\"type\": \"append\", \"event\": {\"type\": \"said\"}}");
        stage.await(() -> peer.closedWith().isPresent());

        assertThat(peer.closedWith()).contains(1009);
        assertThat(peer.extensions()).isEmpty();
        assertThat(peer.frames("error")).isEmpty();
        stage.note(1);
        stage.await(() -> stage.reported("ws") == 3);
        assertThat(said()).hasSize(1);
        assertThat(peer.connections()).isEqualTo(2);
    }

    @Test
    void should_tell_the_peer_that_the_stream_is_paused() throws Exception {
        stage.start();
        configure(peer, "");
        stage.append(BuiltInType.PAUSED.type(), "{}");
        stage.await(() -> peer.frames("event").size() == 1);

        peer.say("{\"type\": \"append\", \"event\": {\"type\": \"said\"}}");
        assertThat(error(1)).contains("append failed: ", "paused");
    }

    @Test
    void should_switch_to_the_new_target_and_close_the_old_connection_when_configured_again() throws Exception {
        stage.start();
        configure(peer, "");
        stage.note(2);
        stage.awaitStill(() -> peer.frames("event").size() == 2); // received, but not yet recorded in the log

        configure(other, "");
        stage.note(2);
        stage.awaitStill(() -> other.frames("event").size() == 2);

        assertThat(other.offsets()).isEqualTo(stage.noted().subList(2, 4));
        stage.await(() -> peer.closedWith().isPresent());
        assertThat(peer.closedWith()).contains(1001);
        assertThat(peer.frames("event")).hasSize(2);
    }

    @Test
    void should_close_the_connection_when_the_subscription_is_removed() throws Exception {
        stage.start();
        configure(peer, "");
        stage.note(1);
        stage.await(() -> peer.frames("event").size() == 1);

        stage.append(EventCatalog.nameOf(SubscriptionEvent.Removed.class), "{\"slug\": \"ws\"}");
        stage.await(() -> peer.closedWith().isPresent());
    }

    @Test
    void should_open_another_connection_by_the_schedule_when_the_handshake_is_refused() throws Exception {
        peer.refusing(3);
        stage.start();
        configure(peer, "");
        stage.note(4);
        stage.await(() -> stage.reported("ws") == 4);

        stage.await(() -> peer.frames("event").size() == 4);
        assertThat(peer.offsets()).isEqualTo(stage.noted());
        List<JsonNode> failures = stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class));
        assertThat(failures)
                .hasSize(3)
                .allSatisfy(
                        failure -> assertThat(failure.path("message").asText()).contains("/socket", "503"));
    }

    @Test
    void should_open_another_connection_for_the_next_event_when_the_peer_has_closed_the_first() throws Exception {
        stage.start();
        configure(peer, "");
        stage.note(1);
        stage.await(() -> stage.reported("ws") == 1 && peer.frames("event").size() == 1);
        peer.hangUp();
        stage.await(() -> peer.closedWith().isPresent());

        stage.note(2);
        stage.await(() -> stage.reported("ws") == 3);
        stage.await(() -> peer.frames("event").size() == 3);
        assertThat(peer.offsets()).isEqualTo(stage.noted());
        assertThat(peer.connections()).isEqualTo(2);
    }

    @Test
    void should_send_configurations_of_others_but_nothing_about_deliveries() throws Exception {
        stage.start();
        configure(peer, "");
        stage.configure("{\"slug\": \"b\", \"type\": \"websocket\", \"callbackUrl\": \"" + other.url() + "\"}");
        stage.note(3);
        stage.await(() -> stage.reported("ws") == 4 && stage.reported("b") == 3);

        stage.await(
                () -> peer.frames("event").size() == 4 && other.frames("event").size() == 3);
        assertThat(peer.frames("event").get(0).path("event").path("type").asText())
                .endsWith("subscription/configured");
        assertThat(peer.frames("event")).noneMatch(frame -> frame.toString().contains("millrace/delivery"));
    }
}
