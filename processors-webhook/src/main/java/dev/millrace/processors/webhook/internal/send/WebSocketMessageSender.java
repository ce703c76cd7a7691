package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.processors.webhook.PushSubscription;
import dev.millrace.processors.webhook.internal.net.CallbackUrl;
import dev.millrace.processors.webhook.internal.net.PushHttpClients;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * A sender of frames over one WebSocket. It opens the connection for the first frame, and again after it broke. A frame
 * counts as accepted when it was written to the socket. WebSockets have no receipts: a frame that the peer had not read
 * when the connection broke is lost.
 */
public final class WebSocketMessageSender implements MessageSender {
    private final CallbackUrl endpoint;
    private final OkHttpClient client;
    private final PeerFrameHandler frames;
    private final FrameSendTracker sent;
    private @Nullable WebSocketConnection connection;
    private boolean closed;

    public WebSocketMessageSender(
            PushSubscription subscriber,
            String processor,
            StreamPath path,
            HostContext context,
            PushHttpClients clients) {
        this.endpoint = CallbackUrl.parse(subscriber.callbackUrl(), true);
        this.client = clients.sockets(endpoint);
        this.frames = new PeerFrameHandler(subscriber, processor, path, context);
        this.sent = new FrameSendTracker(clients.settings().timeout());
    }

    @Override
    public CompletableFuture<SendResult> send(OutgoingMessage message) {
        WebSocketConnection open;
        synchronized (this) {
            if (closed) {
                return new CompletableFuture<>();
            }
            if (connection == null || connection.isOver()) {
                connection = open(message);
            }
            open = connection;
        }
        frames.answers(message.offset());
        String text = new String(message.body(), StandardCharsets.UTF_8);
        return open.opened()
                .thenCompose(ready -> sent.send(open, text))
                .handle((done, failure) -> failure == null ? SendResult.accepted() : broken(open));
    }

    private WebSocketConnection open(OutgoingMessage first) {
        WebSocketConnection next = new WebSocketConnection(frames);
        Request.Builder request = new Request.Builder()
                .url(endpoint.url())
                .tag(WebSocketConnection.class, next)
                .header("User-Agent", "Millrace")
                .header(ChainHeader.NAME, first.chain().value());
        endpoint.authorization().ifPresent(value -> request.header("Authorization", value));
        next.use(client.newWebSocket(request.build(), next));
        return next;
    }

    /** Drops the connection; the next attempt opens a new one. */
    private SendResult broken(WebSocketConnection broken) {
        broken.reset();
        return SendResult.failed("WebSocket to " + endpoint + " failed: " + broken.why());
    }

    @Override
    public void abandon() {
        // A frame that is being written cannot be taken back; its outcome is ignored.
    }

    @Override
    public void close() {
        WebSocketConnection open;
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
