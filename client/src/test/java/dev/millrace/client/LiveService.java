package dev.millrace.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A service on a real socket; the test writes its responses. */
final class LiveService implements AutoCloseable {
    private final BlockingQueue<LiveRequest> requests = new LinkedBlockingQueue<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ServerSocket server;

    /** Requests wait for {@link #next()}. */
    LiveService() throws IOException {
        this(null);
    }

    /** Handles each request on its own thread. */
    LiveService(@Nullable Consumer<LiveRequest> handler) throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Consumer<LiveRequest> serve = handler == null ? requests::add : handler;
        threads.execute(() -> accept(serve));
    }

    private void accept(Consumer<LiveRequest> handler) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                threads.execute(() -> serve(socket, handler));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void serve(Socket socket, Consumer<LiveRequest> handler) {
        try {
            handler.accept(new LiveRequest(socket));
        } catch (IOException | UncheckedIOException e) {
            // the client closed the connection, as many tests want
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Waits for the next request. */
    LiveRequest next() throws InterruptedException {
        LiveRequest request = requests.poll(Sample.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (request == null) {
            throw new AssertionError("no request came");
        }
        return request;
    }

    /** The number of waiting requests. */
    int waiting() {
        return requests.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
