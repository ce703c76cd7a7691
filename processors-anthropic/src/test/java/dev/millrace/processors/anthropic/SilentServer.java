package dev.millrace.processors.anthropic;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A server that reads one request, sends the given bytes, then sends nothing more, and notices when the client closes
 * the connection.
 */
final class SilentServer implements AutoCloseable {
    private final ServerSocket listener;
    private final String beginning;
    private final CompletableFuture<Void> silent = new CompletableFuture<>();
    private final CompletableFuture<Long> hungUpNanos = new CompletableFuture<>();

    SilentServer(String beginning) throws IOException {
        this.beginning = beginning;
        this.listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "silent-server");
        thread.setDaemon(true);
        thread.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    /** Completes when the request is read and all bytes are sent. */
    CompletableFuture<Void> silent() {
        return silent;
    }

    /** The time at which the client closed the connection. */
    CompletableFuture<Long> hungUpNanos() {
        return hungUpNanos;
    }

    private void serve() {
        try (Socket socket = listener.accept()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            int length = 0;
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(
                            line.substring(line.indexOf(':') + 1).strip());
                }
            }
            for (int i = 0; i < length; i++) {
                in.read();
            }
            socket.getOutputStream().write(beginning.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            silent.complete(null);
            untilClosed(in);
            hungUpNanos.complete(System.nanoTime());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void untilClosed(BufferedReader in) {
        try {
            while (in.read() >= 0) {
                // ignore further data, wait for the end
            }
        } catch (IOException reset) {
            // a reset also is the end
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
