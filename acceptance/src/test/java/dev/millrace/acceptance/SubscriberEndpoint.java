package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/** An endpoint to which streams are pushed, by webhooks and WebSockets. It accepts everything. */
final class SubscriberEndpoint implements AutoCloseable {
    private final MockWebServer server = new MockWebServer();
    private final Map<String, List<Long>> offsets = new ConcurrentHashMap<>();
    private final Map<String, WebSocket> peers = new ConcurrentHashMap<>();

    SubscriberEndpoint() {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                String path = Objects.requireNonNull(request.getUrl()).encodedPath();
                if ("websocket".equalsIgnoreCase(request.getHeaders().get("Upgrade"))) {
                    return new MockResponse.Builder()
                            .webSocketUpgrade(new Ear(path))
                            .build();
                }
                JsonNode event = JsonCodec.parse(
                        Objects.requireNonNull(request.getBody()).utf8());
                offsets.computeIfAbsent(path, unknown -> new CopyOnWriteArrayList<>())
                        .add(event.path("offset").longValue());
                return new MockResponse.Builder().code(200).build();
            }
        });
        try {
            server.start(InetAddress.getLoopbackAddress(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Ear extends WebSocketListener {
        private final String path;

        Ear(String path) {
            this.path = path;
        }

        @Override
        public void onOpen(WebSocket webSocket, Response response) {
            peers.put(path, webSocket);
        }

        @Override
        public void onClosing(WebSocket webSocket, int code, String reason) {
            webSocket.close(code, reason);
        }
    }

    /** The address to which a webhook of this stream posts. */
    String url(StreamPath path) {
        return "http://127.0.0.1:" + server.getPort() + path;
    }

    /** The address to which a WebSocket of this stream connects. */
    String socket(StreamPath path) {
        return "ws://127.0.0.1:" + server.getPort() + path;
    }

    /** The offsets of the events that webhooks of this stream posted. */
    List<Long> offsets(StreamPath path) {
        return List.copyOf(offsets.getOrDefault(path.value(), List.of()));
    }

    /** The peer that this stream is connected to. */
    Optional<WebSocket> peer(StreamPath path) {
        return Optional.ofNullable(peers.get(path.value()));
    }

    @Override
    public void close() {
        server.close();
    }
}
