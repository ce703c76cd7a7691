package dev.millrace.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A TCP proxy between client and server that can break all connections; new ones can be made afterwards. */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket front;
    private final Supplier<URI> server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "cutting-proxy");
        thread.setDaemon(true);
        return thread;
    });

    /** @param server the address of the server, asked for each connection; if nothing is there, the connection is closed */
    CuttingProxy(Supplier<URI> server) throws IOException {
        this.server = server;
        this.front = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + front.getLocalPort());
    }

    private void accept() {
        while (!front.isClosed()) {
            try {
                connect(front.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket near) throws IOException {
        URI address = server.get();
        try {
            Socket far = new Socket(address.getHost(), address.getPort());
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            sockets.add(near);
            sockets.add(far);
            threads.execute(() -> pump(near, far));
            threads.execute(() -> pump(far, near));
        } catch (IOException notThere) {
            near.close();
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException broken) {
            // one side has closed its connection, so close the other one
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** Breaks all open connections. */
    void cut() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
        cut();
        threads.shutdownNow();
    }
}
