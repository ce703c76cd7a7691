package dev.millrace.processors.webhook.internal.send;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** A WebSocket connection from its handshake to its end. Thread-safe. */
final class WebSocketConnection extends WebSocketListener {
    private static final int GOING_AWAY = 1001;
    private static final int TOO_BIG = 1009;

    private final PeerFrameHandler frames;
    private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
    private volatile @Nullable WebSocket socket;
    private volatile @Nullable String end;

    WebSocketConnection(PeerFrameHandler frames) {
        this.frames = frames;
    }

    void use(WebSocket made) {
        socket = made;
    }

    /** Completes after the handshake; fails if the handshake fails. */
    CompletableFuture<WebSocket> opened() {
        return opened;
    }

    /** Whether the connection has ended, so that nothing can be sent. */
    boolean isOver() {
        return end != null;
    }

    String why() {
        return Objects.requireNonNullElse(end, "the connection broke");
    }

    @Override
    public void onOpen(WebSocket webSocket, Response response) {
        socket = webSocket;
        opened.complete(webSocket);
    }

    @Override
    public void onMessage(WebSocket webSocket, String text) {
        frames.receive(text, webSocket::send);
    }

    @Override
    public void onMessage(WebSocket webSocket, ByteString bytes) {
        frames.receiveBytes(webSocket::send);
    }

    @Override
    public void onClosing(WebSocket webSocket, int code, String reason) {
        over("the peer closed it with code " + code);
        webSocket.close(1000, null);
    }

    @Override
    public void onClosed(WebSocket webSocket, int code, String reason) {
        over("it was closed with code " + code);
    }

    @Override
    public void onFailure(WebSocket webSocket, Throwable failure, @Nullable Response response) {
        String message = failure.getMessage();
        over(
                response != null
                        ? "the handshake was answered with " + response.code()
                        : failure instanceof ProtocolException
                                ? HttpMessageSender.NOT_HTTP
                                : message == null ? failure.getClass().getSimpleName() : message);
    }

    /** Closes the connection because the peer sent a message above {@link MessageSizeInterceptor#BYTES}. */
    void refuseMessage() {
        over("the peer sent a message of more than " + MessageSizeInterceptor.BYTES + " bytes");
        WebSocket open = socket;
        if (open != null) {
            open.close(TOO_BIG, "a message may have at most " + MessageSizeInterceptor.BYTES + " bytes; split it");
        }
    }

    /**
     * Cancels the connection without a close frame. If it is already over, it is left to its end: a close frame may be on
     * its way to the peer, and the HTTP client cancels the connection 60 s later.
     */
    void reset() {
        boolean first = over("it was cancelled");
        WebSocket open = socket;
        if (first && open != null) {
            open.cancel();
        }
    }

    /** Closes the connection with a close frame if the handshake is done, and cancels it otherwise. */
    void close() {
        boolean ready = opened.isDone() && !opened.isCompletedExceptionally();
        WebSocket open = socket;
        over("the subscription ended");
        if (open != null && !(ready && open.close(GOING_AWAY, "subscription ended"))) {
            open.cancel();
        }
    }

    /** Returns whether this is the first end of the connection. */
    private boolean over(String why) {
        boolean first;
        synchronized (this) {
            first = end == null;
            if (first) {
                end = why;
            }
        }
        opened.completeExceptionally(new IOException(why));
        return first;
    }
}
