package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/** A real WebSocket server that records the frames it receives. */
final class Peer implements AutoCloseable {
    private final MockWebServer server = new MockWebServer();
    private final List<JsonNode> frames = new ArrayList<>();
    private final List<WebSocket> connections = new ArrayList<>();
    private final List<String> extensions = new ArrayList<>();
    private Optional<Integer> closedWith = Optional.empty();
    private final AtomicInteger refusals = new AtomicInteger();

    Peer() {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                if (refusals.getAndDecrement() > 0) {
                    return Receiver.status(503);
                }
                synchronized (Peer.this) {
                    extensions.addAll(request.getHeaders().values("Sec-WebSocket-Extensions"));
                }
                return new MockResponse.Builder().webSocketUpgrade(new Ear()).build();
            }
        });
        try {
            server.start(java.net.InetAddress.getLoopbackAddress(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Ear extends WebSocketListener {
        @Override
        public void onOpen(WebSocket webSocket, Response response) {
            synchronized (Peer.this) {
                connections.add(webSocket);
            }
        }

        @Override
        public void onMessage(WebSocket webSocket, String text) {
            synchronized (Peer.this) {
                frames.add(JsonCodec.parse(text));
            }
        }

        @Override
        public void onClosing(WebSocket webSocket, int code, String reason) {
            synchronized (Peer.this) {
                closedWith = Optional.of(code);
            }
            webSocket.close(code, reason);
        }
    }

    /** Refuses the first handshakes. */
    Peer refusing(int handshakes) {
        refusals.set(handshakes);
        return this;
    }

    String url() {
        return "ws://127.0.0.1:" + server.getPort() + "/socket";
    }

    synchronized int connections() {
        return connections.size();
    }

    /** The extensions that clients offered in handshakes. */
    synchronized List<String> extensions() {
        return List.copyOf(extensions);
    }

    synchronized Optional<Integer> closedWith() {
        return closedWith;
    }

    /** The frames of a type. */
    synchronized List<JsonNode> frames(String type) {
        return frames.stream()
                .filter(frame -> frame.path("type").asText().equals(type))
                .toList();
    }

    /** The offsets of the received events. */
    List<Long> offsets() {
        return frames("event").stream()
                .map(frame -> frame.path("event").path("offset").longValue())
                .toList();
    }

    private synchronized WebSocket newest() {
        return Objects.requireNonNull(connections.get(connections.size() - 1));
    }

    void say(String text) {
        newest().send(text);
    }

    void say(ByteString bytes) {
        newest().send(bytes);
    }

    /** Closes the newest connection. */
    void hangUp() {
        newest().close(1000, "enough");
    }

    @Override
    public void close() {
        server.close();
    }
}
