package dev.millrace.acceptance;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.contracts.wire.WireChecks;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Push subscribers, as seen from outside the service. */
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
abstract class SubscriberChecks extends WireChecks {
    private MockWebServer receiver;

    @BeforeEach
    void openReceiver() throws Exception {
        receiver = new MockWebServer();
        receiver.start();
    }

    @AfterEach
    void closeReceiver() {
        receiver.close();
    }

    @Test
    void check_76_a_webhook_gets_what_its_filter_lets_through_as_its_transform_makes_it() throws Exception {
        receiver.enqueue(new MockResponse.Builder().code(204).build());
        String stream = freshStream();
        subscribe(
                stream,
                webhook("audit", receiver)
                        .put("jsonataFilter", "type = 'order-placed'")
                        .put("jsonataTransform", "{'id': payload.id, 'at': createdAt}"));
        millrace.append(stream, "{\"type\":\"noise\"}");
        JsonNode order = millrace.append(stream, "{\"type\":\"order-placed\",\"payload\":{\"id\":7}}")
                .event();

        RecordedRequest request = take();
        assertThat(request.getMethod()).isEqualTo("POST");
        assertThat(request.getHeaders().get("Content-Type")).startsWith("application/json");
        assertThat(body(request)).isEqualTo(JsonCodec.parse("{\"id\":7,\"at\":" + order.path("createdAt") + "}"));
        assertThat(receiver.takeRequest(500, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void check_77_a_receiver_that_fails_or_hangs_delays_no_other() throws Exception {
        try (MockWebServer failing = new MockWebServer();
                MockWebServer hanging = new MockWebServer()) {
            failing.start();
            hanging.start();
            failing.enqueue(new MockResponse.Builder().code(500).build());
            hanging.enqueue(
                    new MockResponse.Builder().headersDelay(1, TimeUnit.MINUTES).build());
            receiver.enqueue(new MockResponse.Builder().code(200).build());
            String stream = freshStream();
            subscribe(stream, webhook("failing", failing).put("jsonataFilter", "type = 'order'"));
            subscribe(stream, webhook("hanging", hanging).put("jsonataFilter", "type = 'order'"));
            subscribe(stream, webhook("fine", receiver).put("jsonataFilter", "type = 'order'"));

            assertThat(millrace.append(stream, "{\"type\":\"order\"}").status()).isEqualTo(200);
            assertThat(body(take()).path("type").textValue()).isEqualTo("order");
            List<JsonNode> history =
                    millrace.awaitHistory(stream, events -> failures(events).contains("failing"));
            assertThat(failures(history))
                    .as("slug of the first failed delivery")
                    .startsWith("failing");
        }
    }

    /** The slugs of the subscribers whose deliveries failed, in the order of the log. */
    private static List<String> failures(List<JsonNode> events) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals("millrace/delivery-failed"))
                .map(event -> event.at("/payload/slug").asText())
                .toList();
    }

    @Test
    void check_78_a_websocket_gets_events_and_its_appends_become_events() throws Exception {
        Peer peer = new Peer();
        receiver.enqueue(new MockResponse.Builder().webSocketUpgrade(peer).build());
        String stream = freshStream();
        subscribe(stream, socket("peer").put("jsonataFilter", "type = 'order'").put("jsonataTransform", "'ignored'"));
        millrace.append(stream, "{\"type\":\"order\",\"payload\":{\"id\":1}}");

        JsonNode frame = JsonCodec.parse(peer.take());
        assertThat(frame.path("type").textValue()).isEqualTo("event");
        assertThat(frame.at("/event/payload/id").intValue()).isEqualTo(1);
        peer.send("{\"type\":\"append\",\"event\":{\"type\":\"from-peer\",\"payload\":{\"n\":2}}}");
        millrace.awaitHistory(
                stream,
                events -> events.stream()
                        .anyMatch(event -> event.path("type").asText().equals("from-peer")
                                && event.at("/payload/n").intValue() == 2));
    }

    @Test
    void check_79_what_a_peer_sends_wrong_is_told_and_what_is_unknown_is_ignored() throws Exception {
        Peer peer = new Peer();
        receiver.enqueue(new MockResponse.Builder().webSocketUpgrade(peer).build());
        String stream = freshStream();
        subscribe(stream, socket("peer").put("jsonataFilter", "type = 'order'"));
        millrace.append(stream, "{\"type\":\"order\"}");
        peer.take();

        peer.send("{\"type\":\"whatever\"}");
        peer.send("{not json");

        assertThat(JsonCodec.parse(peer.take()).path("type").textValue()).isEqualTo("error");
        assertThat(peer.poll()).isNull();
    }

    @Test
    void check_80_a_slug_that_is_configured_again_has_another_target() throws Exception {
        try (MockWebServer next = new MockWebServer()) {
            next.start();
            Peer old = new Peer();
            Peer fresh = new Peer();
            receiver.enqueue(new MockResponse.Builder().webSocketUpgrade(old).build());
            next.enqueue(new MockResponse.Builder().webSocketUpgrade(fresh).build());
            String stream = freshStream();
            subscribe(stream, socket("peer").put("jsonataFilter", "type = 'order'"));
            millrace.append(stream, "{\"type\":\"order\",\"payload\":{\"id\":1}}");
            assertThat(JsonCodec.parse(old.take()).at("/event/payload/id").intValue())
                    .isEqualTo(1);

            subscribe(
                    stream,
                    config("peer", "websocket", "ws://127.0.0.1:" + next.getPort() + "/")
                            .put("jsonataFilter", "type = 'order'"));
            millrace.append(stream, "{\"type\":\"order\",\"payload\":{\"id\":2}}");

            assertThat(JsonCodec.parse(fresh.take()).at("/event/payload/id").intValue())
                    .isEqualTo(2);
            old.awaitClosed();
        }
    }

    private void subscribe(String stream, ObjectNode config) {
        JsonNode event = millrace.append(
                        stream,
                        EventType.of("https://events.iterate.com/events/stream/subscription/configured"),
                        config.toString())
                .event();
        assertThat(event.path("type").textValue())
                .isEqualTo("https://events.iterate.com/events/stream/subscription/configured");
    }

    private static ObjectNode webhook(String slug, MockWebServer target) {
        return config(slug, "webhook", "http://127.0.0.1:" + target.getPort() + "/in");
    }

    private ObjectNode socket(String slug) {
        return config(slug, "websocket", "ws://127.0.0.1:" + receiver.getPort() + "/");
    }

    private static ObjectNode config(String slug, String type, String url) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("slug", slug)
                .put("type", type)
                .put("callbackUrl", url);
    }

    private RecordedRequest take() throws InterruptedException {
        return Objects.requireNonNull(receiver.takeRequest(30, TimeUnit.SECONDS), "nothing was delivered");
    }

    private static JsonNode body(RecordedRequest request) {
        return JsonCodec.parse(Objects.requireNonNull(request.getBody()).utf8());
    }

    /** The server side of a WebSocket. */
    private static final class Peer extends WebSocketListener {
        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        private final BlockingQueue<WebSocket> open = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

        @Override
        public void onOpen(WebSocket socket, Response response) {
            open.add(socket);
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            frames.add(text);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            closed.add(code + " " + reason);
            socket.close(1000, null);
        }

        @Override
        public void onFailure(WebSocket socket, Throwable failure, @Nullable Response response) {
            closed.add(String.valueOf(failure));
        }

        String take() throws InterruptedException {
            return Objects.requireNonNull(frames.poll(30, TimeUnit.SECONDS), "no frame came");
        }

        @Nullable String poll() throws InterruptedException {
            return frames.poll(500, TimeUnit.MILLISECONDS);
        }

        void send(String text) throws InterruptedException {
            WebSocket socket = Objects.requireNonNull(open.poll(30, TimeUnit.SECONDS), "no client connected");
            socket.send(text);
            open.add(socket);
        }

        void awaitClosed() throws InterruptedException {
            assertThat(closed.poll(30, TimeUnit.SECONDS)).isNotNull();
        }
    }
}
