package dev.millrace.testkit.faults;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP stream server that injects faults into its responses. It runs the real engine in memory, on a free port of
 * the loopback address. It serves live reads (without heartbeats) and appends of JSON under {@code /api/streams/PATH},
 * one request per connection; other requests get 404.
 *
 * <pre>{@code
 * try (FaultServer server = FaultServer.start()) {
 *     server.next(Fault.none().cutAfter(700), Fault.unavailable(Duration.ofSeconds(1)), Fault.duplicate());
 *     HttpEventStreams streams = HttpEventStreams.builder(server.uri()).build();
 *     ...
 * }
 * }</pre>
 *
 * <p>Thread-safe. All threads are daemons.
 *
 * @since 0.1
 */
public final class FaultServer implements AutoCloseable {
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "millrace-fault-server");
        thread.setDaemon(true);
        return thread;
    });

    private FaultServer() {
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            engine.close();
            throw new UncheckedIOException("cannot listen on the loopback address: " + e.getMessage(), e);
        }
        threads.execute(this::accept);
    }

    /**
     * Starts a server without streams.
     *
     * @throws UncheckedIOException if it cannot listen on the loopback address
     */
    public static FaultServer start() {
        return new FaultServer();
    }

    /** The base URL of the server. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The streams of the engine, without faults. */
    public EventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    /** Adds faults for the next requests, one each, in the order of arrival. Later requests have no fault. */
    public FaultServer next(Fault... more) {
        synchronized (faults) {
            faults.addAll(Arrays.asList(more));
        }
        return this;
    }

    /** The number of faults that wait for a request. */
    public int waiting() {
        synchronized (faults) {
            return faults.size();
        }
    }

    /**
     * Method and target of all requests, in the order of arrival, for example {@code GET
     * /api/streams/a?afterOffset=start}.
     */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            FaultyExchange exchange = FaultyExchange.read(socket);
            Fault fault;
            synchronized (faults) { // the order of requests is the order of faults
                requests.add(exchange.line());
                fault = faults.isEmpty() ? Fault.none() : faults.removeFirst();
            }
            exchange.serve(engine, fault);
        } catch (IOException e) {
            // the client closed the connection, or the fault did
        } finally {
            sockets.remove(socket);
        }
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the fault server could not be closed: " + e.getMessage(), e);
        } finally {
            threads.shutdownNow();
            engine.close();
        }
    }
}
