package dev.millrace.processors.webhook;

import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames over one WebSocket, which is opened for the first frame and again after it broke. A frame counts as
 * accepted when it has been written to the socket: WebSockets have no receipts, so what the peer had not read when the
 * connection broke is lost to it.
 */
final class SocketTarget implements Target {
    private final Endpoint endpoint;
    private final OkHttpClient client;
    private final PeerFrames frames;
    private final SentFrames sent;
    private @Nullable SocketConnection connection;
    private boolean closed;

    SocketTarget(PushSubscription subscriber, StreamPath path, HostContext context, PushClients clients) {
        this.endpoint = Endpoint.parse(subscriber.callbackUrl(), true);
        this.client = clients.sockets(endpoint);
        this.frames = new PeerFrames(subscriber, path, context.streams());
        this.sent = new SentFrames(clients.settings().timeout());
    }

    @Override
    public CompletableFuture<Outcome> send(Message message) {
        SocketConnection open;
        synchronized (this) {
            if (closed) {
                return new CompletableFuture<>();
            }
            if (connection == null || connection.isOver()) {
                connection = open();
            }
            open = connection;
        }
        frames.answers(message.offset());
        String text = new String(message.body(), StandardCharsets.UTF_8);
        return open.opened()
                .thenCompose(ready -> sent.send(open, text))
                .handle((done, failure) -> failure == null ? Outcome.accepted() : broken(open));
    }

    private SocketConnection open() {
        SocketConnection next = new SocketConnection(frames);
        Request.Builder request = new Request.Builder()
                .url(endpoint.url())
                .tag(SocketConnection.class, next)
                .header("User-Agent", "Millrace");
        endpoint.authorization().ifPresent(value -> request.header("Authorization", value));
        next.use(client.newWebSocket(request.build(), next));
        return next;
    }

    /** Whatever is left of the connection, the next attempt gets another one. */
    private Outcome broken(SocketConnection broken) {
        broken.reset();
        return Outcome.failed("WebSocket to " + endpoint + " failed: " + broken.why());
    }

    @Override
    public void abandon() {
        // A frame that is being written is written; whether it is done does not depend on it any more.
    }

    @Override
    public void close() {
        SocketConnection open;
        synchronized (this) {
            closed = true;
            open = connection;
            connection = null;
        }
        if (open != null) {
            open.close();
        }
    }
}
