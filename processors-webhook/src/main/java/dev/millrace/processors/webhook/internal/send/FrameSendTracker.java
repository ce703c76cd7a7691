package dev.millrace.processors.webhook.internal.send;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.WebSocket;

/**
 * Knows when a frame has left. The WebSocket tells how much it still has to write, but not when that becomes nothing; so
 * one thread of the JVM looks every millisecond while some frame is on its way.
 */
final class FrameSendTracker {
    private static final long LOOK_MILLIS = 1;

    private final Duration timeout;

    FrameSendTracker(Duration timeout) {
        this.timeout = timeout;
    }

    /** Sends a frame; completes when it has been written to the socket, and fails when it will not be. */
    CompletableFuture<Void> send(WebSocketConnection connection, String frame) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        WebSocket socket = connection.opened().getNow(null);
        if (socket == null || !socket.send(frame)) {
            sent.completeExceptionally(new IOException("nothing can be sent any more"));
        } else {
            look(connection, socket, System.nanoTime() + timeout.toNanos(), sent);
        }
        return sent;
    }

    private static void look(
            WebSocketConnection connection, WebSocket socket, long deadline, CompletableFuture<Void> sent) {
        if (socket.queueSize() == 0) {
            sent.complete(null); // also when the connection is over by now: it has left before
        } else if (connection.isOver()) {
            sent.completeExceptionally(new IOException(connection.why()));
        } else if (System.nanoTime() - deadline > 0) {
            sent.completeExceptionally(new IOException("the peer does not read"));
        } else {
            Watch.SCHEDULER.schedule(
                    () -> look(connection, socket, deadline, sent), LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static final class Watch {
        static final ScheduledThreadPoolExecutor SCHEDULER = scheduler();

        private static ScheduledThreadPoolExecutor scheduler() {
            ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = new Thread(task, "millrace-websocket-frames");
                thread.setDaemon(true);
                return thread;
            });
            scheduler.setKeepAliveTime(10, TimeUnit.SECONDS);
            scheduler.allowCoreThreadTimeOut(true);
            return scheduler;
        }
    }
}
