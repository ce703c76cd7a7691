package dev.millrace.processors.webhook.internal.send;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.WebSocket;

/**
 * A sender of frames that reports when a frame has been written. The WebSocket shows the size of its queue but does not
 * notify; so one thread of the JVM checks it every millisecond while a frame is in flight.
 */
final class FrameSendTracker {
    private static final long LOOK_MILLIS = 1;
    private static final ScheduledThreadPoolExecutor SCHEDULER = scheduler();

    private final Duration timeout;

    FrameSendTracker(Duration timeout) {
        this.timeout = timeout;
    }

    /** Sends a frame; completes when it was written to the socket, fails if that is impossible or takes too long. */
    CompletableFuture<Void> send(WebSocketConnection connection, String frame) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        WebSocket socket = connection.opened().getNow(null);
        if (socket == null || !socket.send(frame)) {
            sent.completeExceptionally(new IOException("the connection is closed or its queue is full"));
        } else {
            look(connection, socket, System.nanoTime() + timeout.toNanos(), sent);
        }
        return sent;
    }

    private static void look(
            WebSocketConnection connection, WebSocket socket, long deadline, CompletableFuture<Void> sent) {
        if (socket.queueSize() == 0) {
            sent.complete(null); // also if the connection is closed by now: the frame was written before
        } else if (connection.isOver()) {
            sent.completeExceptionally(new IOException(connection.why()));
        } else if (System.nanoTime() - deadline > 0) {
            sent.completeExceptionally(new IOException("the peer does not read"));
        } else {
            var unused = SCHEDULER.schedule(
                    () -> look(connection, socket, deadline, sent), LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

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
